package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.step.FormatVersions;
import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;

/// The evaluate step: a model's errors on the test set, beside those of simpler predictions.
public final class Evaluate {
  /// The step's name in manifests.
  public static final String STEP = "evaluate";

  private static final String TRAIN = "train";
  private static final String INDEX = "index";
  private static final System.Logger LOG = System.getLogger(Evaluate.class.getName());

  /// This step has no parameters that shape its result.
  private record Parameters() {}

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store where the model is
  public Evaluate(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Evaluates a model, or finds its evaluation.
  ///
  /// @throws RequestException when the request, or what it names, is at fault
  /// @throws MalformedFileException when a file of the model or the index is damaged
  /// @throws InterruptedIOException when the thread was interrupted
  public EvaluateResult run(EvaluateRequest request) throws IOException {
    String key =
        FunctionCall.requireKey("manifest", Request.require("manifest", request.manifest()));
    Manifest model = Manifest.read(store, key, TRAIN, ModelCard.FORMAT_VERSION);
    String index = model.sources().get(INDEX);
    if (index == null) {
      throw RequestException.unprocessable(key + " does not say which index it was trained on");
    }
    String modelDirectory = ObjectKeys.directoryOf(key);
    String indexDirectory = ObjectKeys.directoryOf(FunctionCall.requireKey("sources.index", index));
    StepSpec spec =
        new StepSpec(
            STEP,
            FormatVersions.EVALUATE,
            model.dataset(),
            Map.of(TRAIN, model.id()),
            new Parameters());
    var done =
        runner.run(
            spec,
            modelDirectory,
            ObjectKeys.EVALUATION,
            Map.of(TRAIN, key, INDEX, index),
            EvaluateFigures.class,
            output -> evaluate(modelDirectory, indexDirectory));
    return new EvaluateResult(done.manifest(), done.cached(), done.figures());
  }

  private EvaluateFigures evaluate(String modelDirectory, String indexDirectory)
      throws IOException {
    ModelCard card = ModelCard.read(store, modelDirectory);
    try (FetchedObject test = store.fetch(indexDirectory + ObjectKeys.TEST);
        ArrowFile testFile = ArrowFile.open(test.path(), test.info().key())) {
      Ratings ratings = new Ratings(testFile, card);
      if (ratings.rows() == 0) {
        String reason = "the test set has no ratings of users and items that the model knows";
        LOG.log(Level.INFO, "evaluate {0}: {1}", card.dataset(), reason);
        return new EvaluateFigures(card.modelId(), 0, 0, null, null, null, null, null, reason);
      }
      Errors errors = new Errors(model(card, modelDirectory), baseline(card, indexDirectory));
      ratings.forEach(errors::add);
      EvaluateFigures figures = errors.figures(card.modelId(), ratings.rows());
      tell(card, figures);
      return figures;
    }
  }

  private LoadedModel model(ModelCard card, String directory) throws IOException {
    try (FetchedObject users = store.fetch(directory + ObjectKeys.USERS);
        FetchedObject items = store.fetch(directory + ObjectKeys.ITEMS);
        ArrowFile userFile = ArrowFile.open(users.path(), users.info().key());
        ArrowFile itemFile = ArrowFile.open(items.path(), items.info().key())) {
      return new LoadedModel(card, userFile, itemFile);
    }
  }

  private BiasBaseline baseline(ModelCard card, String directory) throws IOException {
    try (FetchedObject training = store.fetch(directory + ObjectKeys.TRAIN);
        ArrowFile file = ArrowFile.open(training.path(), training.info().key())) {
      if (file.rows() != card.trainRatings()) {
        throw file.malformed(
            file.rows() + " ratings; the model was trained on " + card.trainRatings());
      }
      return new BiasBaseline(new Ratings(file, card), card);
    }
  }

  private static void tell(ModelCard card, EvaluateFigures figures) {
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "evaluate %s: test RMSE %.4f, MAE %.4f on %,d ratings of %,d users; RMSE of biases"
                + " alone %.4f, of the mean %.4f",
            card.dataset(),
            figures.testRmse(),
            figures.testMae(),
            figures.testRatings(),
            figures.testUsers(),
            figures.baselineRmse(),
            figures.globalMeanRmse()));
  }

  /// Sums of errors over the test set. All predictions are clipped alike.
  private static final class Errors {
    private final LoadedModel model;
    private final BiasBaseline baseline;
    private final BitSet users = new BitSet();
    private double squares;
    private double absolutes;
    private double baselineSquares;
    private double meanSquares;
    private final ModelCard card;

    Errors(LoadedModel model, BiasBaseline baseline) {
      this.model = model;
      this.baseline = baseline;
      this.card = model.card();
    }

    void add(int user, int item, float rating) {
      if (user >= 0) {
        users.set(user);
      }
      double error = rating - model.predict(user, item);
      squares += error * error;
      absolutes += Math.abs(error);
      double ofBiases = rating - card.clip((float) baseline.predict(user, item));
      baselineSquares += ofBiases * ofBiases;
      double ofMean = rating - baseline.mean();
      meanSquares += ofMean * ofMean;
    }

    EvaluateFigures figures(String modelId, long count) {
      return new EvaluateFigures(
          modelId,
          count,
          users.cardinality(),
          Math.sqrt(squares / count),
          absolutes / count,
          Math.sqrt(baselineSquares / count),
          Math.sqrt(meanSquares / count),
          squares < baselineSquares,
          null);
    }
  }
}
