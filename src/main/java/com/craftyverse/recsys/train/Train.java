package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.IOException;
import java.io.Serial;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;

/// The train step: learns a model from an index.
public final class Train {
  /// The step's name in manifests.
  public static final String STEP = "train";

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store where the index is and the model goes
  public Train(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Trains a model, or finds the one that the same request and index gave before.
  ///
  /// @throws RequestException when the request, or what it names, is at fault
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException when a file of the index is
  ///     damaged
  /// @throws java.io.InterruptedIOException when the thread was interrupted; there is no model then
  public TrainResult run(TrainRequest request) throws IOException {
    String key =
        FunctionCall.requireKey("manifest", Request.require("manifest", request.manifest()));
    Manifest index = Manifest.read(store, key, IndexFiles.STEP, IndexFiles.INDEX_FORMAT_VERSION);
    TrainParameters parameters = TrainParameters.of(request, ratings(index));
    Execution execution = Execution.of(request);
    StepSpec spec =
        new StepSpec(
            STEP,
            ModelCard.FORMAT_VERSION,
            index.dataset(),
            Map.of(IndexFiles.STEP, index.id()),
            parameters);
    String model = ObjectKeys.modelDirectory(spec.dataset(), spec.id());
    StepRunner.Done<TrainFigures> done;
    try {
      done =
          runner.run(
              spec,
              model,
              Map.of(IndexFiles.STEP, key),
              TrainFigures.class,
              output -> {
                try (Inputs inputs = new Inputs(store, ObjectKeys.directoryOf(key))) {
                  return train(spec, key, parameters, execution, inputs, output, model);
                }
              });
    } catch (OutOfTime e) {
      done = e.done;
    }
    return new TrainResult(done.manifest(), done.cached(), done.figures());
  }

  /// A run that ended before its time was up leaves no manifest under the id of the whole run, which
  /// would pass it off as that. What it came to is a model of its own, whose id says how far it got.
  private static final class OutOfTime extends IOException {
    @Serial private static final long serialVersionUID = 1;
    private final transient StepRunner.Done<TrainFigures> done;

    OutOfTime(StepRunner.Done<TrainFigures> done) {
      super(done.figures().ending());
      this.done = done;
    }
  }

  /// What shapes a model that was not trained to its end.
  ///
  /// @param parameters those of the whole run
  /// @param stoppedAfter the last epoch that was run
  private record ShortRun(@JsonUnwrapped TrainParameters parameters, int stoppedAfter) {}

  private static StepSpec shortRun(StepSpec whole, TrainParameters parameters, int epochs) {
    return new StepSpec(
        whole.step(),
        whole.formatVersion(),
        whole.dataset(),
        whole.inputs(),
        new ShortRun(parameters, epochs));
  }

  /// About how many training ratings an index has, without opening it.
  private static long ratings(Manifest index) {
    return index.outputs().getOrDefault(ObjectKeys.TRAIN, 0L) / IndexFiles.RATING_BYTES;
  }

  private TrainFigures train(
      StepSpec spec,
      String index,
      TrainParameters parameters,
      Execution execution,
      Inputs inputs,
      StepRunner.Output output,
      String directory)
      throws IOException {
    TrainingSet training = new TrainingSet(inputs.training);
    ValidationSet validation =
        new ValidationSet(inputs.validation, training.users(), training.items());
    check(inputs, training, parameters);
    String what = "train " + spec.dataset();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: %,d ratings of %,d users and %,d items, %,d for validation; model %s, k = %d, %s,"
                + " %d %s",
            what,
            training.rows(),
            training.users(),
            training.items(),
            validation.rows(),
            parameters.model(),
            parameters.factors(),
            execution.kernel(),
            execution.threads(),
            execution.threads() == 1 ? "thread" : "threads"));
    Trainer.Outcome outcome;
    float mean;
    try (Workers workers = new Workers(what, execution.threads())) {
      Trainer trainer =
          new Trainer(what, training, validation, parameters, execution.kernel().kernel(), workers);
      mean = trainer.mean();
      outcome = trainer.run();
    }
    if (outcome.outOfTime()) {
      StepSpec shortRun = shortRun(spec, parameters, outcome.history().size());
      String shortModel = ObjectKeys.modelDirectory(spec.dataset(), shortRun.id());
      throw new OutOfTime(
          runner.run(
              shortRun,
              shortModel,
              Map.of(IndexFiles.STEP, index),
              TrainFigures.class,
              shortOutput -> {
                TrainFigures figures =
                    figures(shortRun, parameters, execution, training, validation, outcome);
                write(figures, mean, inputs, training, outcome, shortOutput, spec.dataset());
                tell(what, figures, shortModel);
                return figures;
              }));
    }
    TrainFigures figures = figures(spec, parameters, execution, training, validation, outcome);
    write(figures, mean, inputs, training, outcome, output, spec.dataset());
    tell(what, figures, directory);
    return figures;
  }

  private static void write(
      TrainFigures figures,
      float mean,
      Inputs inputs,
      TrainingSet training,
      Trainer.Outcome outcome,
      StepRunner.Output output,
      String dataset)
      throws IOException {
    ModelWriter writer = new ModelWriter(outcome.factors());
    output.write(ObjectKeys.USERS, path -> writer.writeUsers(inputs.users, path));
    output.write(ObjectKeys.ITEMS, path -> writer.writeItems(inputs.items, path));
    output.write(
        ObjectKeys.SEEN,
        path -> Files.copy(inputs.seen.path(), path, StandardCopyOption.REPLACE_EXISTING));
    output.writeJson(
        ObjectKeys.MODEL,
        new ModelCard(
            ModelCard.FORMAT_VERSION,
            figures.model(),
            dataset,
            figures.modelId(),
            figures.factors(),
            mean,
            (float) training.mean(),
            training.lowest(),
            training.highest(),
            training.users(),
            training.items(),
            training.rows()));
    output.writeJson(ObjectKeys.HISTORY, outcome.history());
  }

  private static void check(Inputs inputs, TrainingSet training, TrainParameters parameters)
      throws IOException {
    if (training.rows() == 0) {
      throw RequestException.unprocessable("there are no training ratings to learn from");
    }
    inputs.users.require(IndexFiles.USERS);
    inputs.items.require(IndexFiles.ITEMS);
    if (inputs.users.rows() != training.users()) {
      throw inputs.users.malformed(
          inputs.users.rows() + " users; the training set has " + training.users());
    }
    if (inputs.items.rows() != training.items()) {
      throw inputs.items.malformed(
          inputs.items.rows() + " items; the training set has " + training.items());
    }
    long stride = new RowLayout(parameters.factors()).stride();
    long rows = Math.max(training.users(), training.items());
    if (rows * stride > Integer.MAX_VALUE - 8) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "field 'factors': %d factors are too many for %,d users and %,d items",
              parameters.factors(),
              training.users(),
              training.items()));
    }
  }

  private static TrainFigures figures(
      StepSpec spec,
      TrainParameters parameters,
      Execution execution,
      TrainingSet training,
      ValidationSet validation,
      Trainer.Outcome outcome) {
    double seconds = 0;
    double trainSeconds = 0;
    for (Epoch epoch : outcome.history()) {
      seconds += epoch.seconds();
      trainSeconds += training.rows() / epoch.updatesPerSecond();
    }
    int epochs = outcome.history().size();
    return new TrainFigures(
        spec.id(),
        parameters.model(),
        parameters.factors(),
        epochs,
        outcome.best().epoch(),
        outcome.best().trainRmse(),
        outcome.best().validationRmse(),
        training.rows(),
        validation.rows(),
        validation.isEvidence(),
        outcome.ending(),
        epochs * training.rows() / trainSeconds,
        seconds,
        execution.kernel().kernel().name(),
        execution.kernel().kernel().lanes(),
        execution.threads());
  }

  private static void tell(String what, TrainFigures figures, String directory) {
    LOG.log(Level.INFO, "{0}: {1}", what, figures.ending());
    Double validationRmse = figures.validationRmse();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: model of epoch %d, train RMSE %.4f%s, %s updates/s, is in %s",
            what,
            figures.bestEpoch(),
            figures.trainRmse(),
            validationRmse == null
                ? ""
                : String.format(Locale.ROOT, ", validation RMSE %.4f", validationRmse),
            Progress.rate(figures.updatesPerSecond()),
            directory));
  }

  /// The index's files, fetched and mapped.
  private static final class Inputs implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    final ArrowFile training;
    final ArrowFile validation;
    final ArrowFile users;
    final ArrowFile items;
    final FetchedObject seen;

    Inputs(ObjectStore store, String directory) throws IOException {
      try {
        this.training = map(store, directory + ObjectKeys.TRAIN);
        this.validation = map(store, directory + ObjectKeys.VALIDATION);
        this.users = map(store, directory + ObjectKeys.USERS);
        this.items = map(store, directory + ObjectKeys.ITEMS);
        this.seen = fetch(store, directory + ObjectKeys.SEEN);
      } catch (IOException | RuntimeException e) {
        try (this) {
          throw e;
        }
      }
    }

    private FetchedObject fetch(ObjectStore store, String key) throws IOException {
      FetchedObject object = store.fetch(key);
      open.push(object);
      return object;
    }

    private ArrowFile map(ObjectStore store, String key) throws IOException {
      ArrowFile file = ArrowFile.open(fetch(store, key).path(), key);
      open.push(file);
      return file;
    }

    @Override
    public void close() throws IOException {
      IOException problem = null;
      for (AutoCloseable resource : open) {
        try {
          resource.close();
        } catch (Exception e) {
          problem = problem == null ? new IOException("cannot release an input", e) : problem;
        }
      }
      if (problem != null) {
        throw problem;
      }
    }
  }
}
