package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.Serial;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The train step: trains a model on an index.
public final class Train {
  private static final String BEFORE_RANKING =
      "stopped before the ranking model because the time limit was near; send the request again to"
          + " continue";

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store holds the index and receives the model
  public Train(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Trains a model, or returns the one that exists for the same request and index. If the time limit
  /// interrupts the run, the result is `resumable`, and the next call continues.
  ///
  /// @throws RequestException if the request, or an object that it names, is invalid
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a file of the index is
  ///     damaged
  /// @throws java.io.InterruptedIOException if the thread is interrupted; no model is written
  public TrainResult run(TrainRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    Execution execution = Execution.of(request);
    String patternKey = request.pattern();
    RefitSource pattern = patternKey == null ? null : RefitSource.of(store, request, patternKey);
    if (pattern == null) {
      TrainParameters.of(request, 0); // rejects fields out of range before the index is read
    }
    if (execution.kernel().kernel().lanes() > 1) {
      KernelWarmUp.start();
    }
    Manifest index = Manifest.read(store, key, StepName.INDEX);
    Rows rows = IndexFiles.rows(index);
    RatingScale scale = index.scale();
    Map<String, String> ids = new TreeMap<>(Map.of(StepName.INDEX.toString(), index.id()));
    Map<String, String> sources = new TreeMap<>(Map.of(StepName.INDEX.toString(), key));
    TrainParameters parameters;
    String warmStart;
    if (pattern == null) {
      parameters = TrainParameters.of(request, ratings(index));
      warmStart = request.warmStart();
    } else {
      pattern.requireSameSplit(key);
      parameters = pattern.parameters();
      warmStart = pattern.warmStart();
      ids.put(RefitSource.FIELD, pattern.modelId());
      sources.put(RefitSource.FIELD, pattern.manifest());
    }
    byte[] evaluation = pattern != null && rows == Rows.ALL ? pattern.evaluation(store) : null;
    WarmStart earlier = warmStart == null ? null : WarmStart.of(store, warmStart);
    if (earlier != null) {
      earlier.requireCompatible(index.dataset(), parameters, rows);
      ids.put(WarmStart.FIELD, earlier.modelId());
      sources.put(WarmStart.FIELD, earlier.manifest());
    }
    Origin origin = new Origin(rows, pattern == null ? null : pattern.modelId(), evaluation);
    StepSpec spec = new StepSpec(StepName.TRAIN, index.dataset(), ids, parameters);
    String directory = StoreLayout.modelDirectory(spec.dataset(), spec.id());
    TimeBudget limit = new TimeBudget(execution.maxSeconds());
    try {
      StepRunner.Result<TrainFigures> done =
          runner.run(
              spec,
              directory,
              sources,
              TrainFigures.class,
              output -> {
                try (TrainingInputs inputs =
                    new TrainingInputs(store, ObjectKeys.directoryOf(key))) {
                  return train(
                      spec,
                      parameters,
                      scale,
                      origin,
                      execution,
                      limit,
                      inputs,
                      earlier,
                      output,
                      directory);
                }
              });
      if (!done.cached()) {
        store.delete(directory + StoreLayout.CHECKPOINT);
      }
      return new TrainResult(done.manifest(), done.cached(), false, done.figures());
    } catch (OutOfTimeException e) {
      return new TrainResult(null, false, true, e.figures);
    }
  }

  /// The provenance of a model, besides its parameters.
  ///
  /// @param rows the sets of the split that it is trained on
  /// @param scoredModel the id of the model whose parameters it takes over; null if it has its own
  /// @param evaluation of that model, if the new model cannot have its own
  private record Origin(Rows rows, @Nullable String scoredModel, byte @Nullable [] evaluation) {
    boolean isRefit() {
      return scoredModel != null;
    }
  }

  /// Aborts a step that ran out of time, so that it writes no manifest.
  private static final class OutOfTimeException extends IOException {
    @Serial private static final long serialVersionUID = 1;
    private final transient TrainFigures figures;

    OutOfTimeException(TrainFigures figures) {
      super(figures.ending());
      this.figures = figures;
    }
  }

  /// Returns the approximate number of training ratings of an index without opening it.
  private static long ratings(Manifest index) {
    return index.outputs().getOrDefault(StoreLayout.TRAIN, 0L) / IndexFiles.RATING_BYTES;
  }

  private TrainFigures train(
      StepSpec spec,
      TrainParameters parameters,
      RatingScale scale,
      Origin origin,
      Execution execution,
      TimeBudget limit,
      TrainingInputs inputs,
      @Nullable WarmStart earlier,
      StepRunner.Output output,
      String directory)
      throws IOException {
    String what = (origin.isRefit() ? "refit " : "train ") + spec.dataset();
    RowLayout layout = new RowLayout(parameters.factors());
    TrainingSet training = new TrainingSet(inputs.training);
    ValidationSet validation =
        new ValidationSet(inputs.validation, training.users(), training.items());
    check(inputs, training, parameters);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: %,d ratings of %,d users and %,d items, %,d for validation; model %s, k = %d,"
                + " %s, %d %s",
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
    Checkpoint checkpoint =
        new Checkpoint(store, directory, spec.id(), layout, training.users(), training.items());
    TrainingLoop.Outcome outcome;
    RankingRun ranking = null;
    float mean;
    boolean decides;
    try (WorkerPool workers =
        new WorkerPool(StepName.TRAIN.toString(), what, execution.threads())) {
      Optional<Checkpoint.Kept> kept = checkpoint.read();
      TrainingState state =
          kept.isPresent()
              ? kept.get().rating()
              : begin(what, training, layout, parameters, inputs, earlier, workers);
      int epochsBefore = state.history().size();
      KernelWarmUp.finish();
      SgdEpoch descent =
          new SgdEpoch(
              training, validation, parameters, scale, execution.kernel().kernel(), workers);
      mean = descent.mean();
      TrainingLoop trainer =
          new TrainingLoop(
              what, training, validation, parameters, descent, workers, origin.isRefit());
      decides = trainer.selectsBestEpoch();
      outcome = trainer.run(state, limit, checkpoint::write);
      RankingParameters rankingParameters = parameters.ranking();
      if (outcome.done() && rankingParameters != null) {
        TrainingState rating = outcome.state();
        boolean isFresh = rating.history().size() > epochsBefore;
        if (isFresh && limit.isNear(outcome.best().seconds())) {
          checkpoint.write(rating, null);
          outcome = outcome.with(BEFORE_RANKING, false);
        } else {
          ranking =
              rank(
                  what,
                  rankingParameters,
                  parameters.seed(),
                  scale,
                  kept.map(Checkpoint.Kept::ranking).orElse(null),
                  inputs,
                  training,
                  validation,
                  earlier,
                  execution,
                  limit,
                  running -> checkpoint.write(rating, running),
                  workers);
          outcome = ranking.done ? outcome : outcome.with(ranking.ending(rankingParameters), false);
        }
      }
    }
    if (!outcome.done()) {
      TrainFigures figures =
          figures(
              spec,
              parameters,
              origin,
              execution,
              training,
              validation,
              decides,
              outcome,
              ranking,
              null);
      log(what, figures);
      throw new OutOfTimeException(figures);
    }
    String digest =
        write(spec, parameters, origin, scale, mean, inputs, training, outcome, ranking, output);
    TrainFigures figures =
        figures(
            spec,
            parameters,
            origin,
            execution,
            training,
            validation,
            decides,
            outcome,
            ranking,
            digest);
    log(what, figures);
    if (origin.isRefit()) {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: model %s, trained on %,d ratings with the parameters of the scored model %s",
              what,
              spec.id(),
              training.rows(),
              origin.scoredModel()));
    }
    LOG.log(Level.INFO, "{0}: the model is in {1}", what, directory);
    return figures;
  }

  /// The ranking model's share of a run.
  ///
  /// @param gram of the items' vectors, once the run is done
  private record RankingRun(
      RankingState state,
      RankingFigures figures,
      RankingCard card,
      ModelWriter.Ranking vectors,
      boolean done,
      double[] gram) {
    String ending(RankingParameters parameters) {
      return String.format(
          Locale.ROOT,
          "stopped after epoch %d of %d of the ranking model because the time limit was near; send"
              + " the request again to continue",
          figures.epochs(),
          parameters.epochs());
    }
  }

  private static RankingRun rank(
      String what,
      RankingParameters parameters,
      long seed,
      RatingScale scale,
      @Nullable RankingState kept,
      TrainingInputs inputs,
      TrainingSet training,
      ValidationSet validation,
      @Nullable WarmStart earlier,
      Execution execution,
      TimeBudget limit,
      RankingTrainingLoop.CheckpointSink sink,
      WorkerPool workers)
      throws IOException {
    Choices choices = Choices.of(training, scale, workers);
    RankingTrainingLoop trainer =
        new RankingTrainingLoop(
            what, choices, validation, parameters, seed, execution.kernel().kernel(), workers);
    RankingState state = kept;
    if (state == null) {
      RankingFactors vectors = trainer.initialVectors();
      if (earlier != null) {
        earlier.copyInto(vectors, choices, inputs);
      }
      state = trainer.initialState(vectors);
    }
    boolean done = trainer.run(state, limit, sink);
    RankingFigures figures = trainer.figures(state);
    return new RankingRun(
        state,
        figures,
        new RankingCard(
            figures.factors(),
            figures.regularization(),
            figures.unobservedWeight(),
            figures.epochs(),
            (float) scale.min(),
            (float) scale.max()),
        new ModelWriter.Ranking(
            state.vectors(), Choices.places(choices.users()), Choices.places(choices.items())),
        done,
        done ? trainer.gram(state) : new double[0]);
  }

  /// Returns a run before its first epoch. Two threads draw the two copies of the factors in parallel:
  /// touching new memory takes longer than drawing.
  private static TrainingState begin(
      String what,
      TrainingSet training,
      RowLayout layout,
      TrainParameters parameters,
      TrainingInputs inputs,
      @Nullable WarmStart earlier,
      WorkerPool workers)
      throws IOException {
    Factors[] same = new Factors[2];
    workers.run(
        same.length,
        (copy, worker) ->
            same[copy] =
                Factors.initial(
                    layout,
                    training.users(),
                    training.items(),
                    parameters.biased() ? 0 : training.mean(),
                    parameters.initialSpread(),
                    training.unit(parameters.biased()),
                    parameters.seed()));
    if (earlier != null) {
      float mean = parameters.biased() ? (float) training.mean() : 0;
      earlier.copyInto(same[0], inputs, mean, what);
      same[1] = same[0].copy();
    }
    return new TrainingState(same[0], same[1]);
  }

  /// Writes the model.
  ///
  /// @return the SHA-256 of its factors: of `users.arrow` followed by `items.arrow`
  private static String write(
      StepSpec spec,
      TrainParameters parameters,
      Origin origin,
      RatingScale scale,
      float mean,
      TrainingInputs inputs,
      TrainingSet training,
      TrainingLoop.Outcome outcome,
      @Nullable RankingRun ranking,
      StepRunner.Output output)
      throws IOException {
    ModelWriter writer =
        new ModelWriter(outcome.state().best(), ranking == null ? null : ranking.vectors);
    MessageDigest digest = Digest.sha256();
    output.write(
        StoreLayout.USERS,
        path -> {
          writer.writeUsers(inputs.users, path);
          Digest.update(digest, path);
        });
    output.write(
        StoreLayout.ITEMS,
        path -> {
          writer.writeItems(inputs.items, path);
          Digest.update(digest, path);
        });
    output.write(
        StoreLayout.SEEN,
        path -> Files.copy(inputs.seen.path(), path, StandardCopyOption.REPLACE_EXISTING));
    if (ranking != null) {
      output.write(
          StoreLayout.GRAM,
          path -> ModelWriter.writeGram(ranking.gram, ranking.card.factors(), path));
    }
    output.writeJson(
        StoreLayout.MODEL,
        new ModelCard(
            ModelCard.FORMAT_VERSION,
            parameters.model(),
            spec.dataset(),
            spec.id(),
            parameters.factors(),
            mean,
            (float) training.mean(),
            scale,
            training.unit(parameters.biased()),
            training.users(),
            training.items(),
            training.rows(),
            origin.rows(),
            origin.scoredModel(),
            ranking == null ? null : ranking.card));
    byte[] evaluation = origin.evaluation();
    if (evaluation != null) {
      output.write(StoreLayout.EVALUATION, path -> Files.write(path, evaluation));
    }
    output.writeJson(
        StoreLayout.HISTORY,
        new History(
            outcome.state().history(),
            ranking == null
                ? null
                : new History.Ranking(ranking.state.trials(), ranking.state.history())));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void check(TrainingInputs inputs, TrainingSet training, TrainParameters parameters)
      throws IOException {
    if (training.rows() == 0) {
      throw RequestException.unprocessable("there are no training ratings");
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
    checkSize(
        "factors", parameters.factors(), new RowLayout(parameters.factors()).stride(), training);
    RankingParameters ranking = parameters.ranking();
    if (ranking != null) {
      checkSize("rankingFactors", ranking.factors(), RowLayout.padded(ranking.factors()), training);
    }
  }

  private static void checkSize(String field, int factors, long stride, TrainingSet training) {
    long rows = Math.max(training.users(), training.items());
    if (rows * stride > Integer.MAX_VALUE - 8) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "field '%s': %d factors are too many for %,d users and %,d items",
              field,
              factors,
              training.users(),
              training.items()));
    }
  }

  private static TrainFigures figures(
      StepSpec spec,
      TrainParameters parameters,
      Origin origin,
      Execution execution,
      TrainingSet training,
      ValidationSet validation,
      boolean decides,
      TrainingLoop.Outcome outcome,
      @Nullable RankingRun ranking,
      @Nullable String digest) {
    List<Epoch> history = outcome.state().history();
    double seconds = 0;
    double trainSeconds = 0;
    for (Epoch epoch : history) {
      seconds += epoch.seconds();
      trainSeconds += training.rows() / epoch.updatesPerSecond();
    }
    return new TrainFigures(
        spec.id(),
        origin.scoredModel(),
        origin.rows(),
        parameters.model(),
        parameters.factors(),
        history.size(),
        outcome.best().epoch(),
        outcome.best().trainRmse(),
        outcome.best().validationRmse(),
        training.rows(),
        validation.rows(),
        decides,
        outcome.state().cuts(),
        outcome.ending(),
        history.size() * training.rows() / trainSeconds,
        seconds,
        execution.kernel().kernel().name(),
        execution.kernel().kernel().lanes(),
        execution.threads(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        ranking == null ? null : ranking.figures,
        digest);
  }

  private static void log(String what, TrainFigures figures) {
    LOG.log(Level.INFO, "{0}: {1}", what, figures.ending());
    Double validationRmse = figures.validationRmse();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: kept epoch %d, train RMSE %.4f%s, %s updates/s",
            what,
            figures.bestEpoch(),
            figures.trainRmse(),
            validationRmse == null
                ? ""
                : String.format(Locale.ROOT, ", validation RMSE %.4f", validationRmse),
            Progress.rate(figures.updatesPerSecond())));
    RankingFigures ranking = figures.ranking();
    if (ranking != null) {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: ranking, %d epochs with λ %.5f and α₀ %.2f%s, %s choices/s",
              what,
              ranking.epochs(),
              ranking.regularization(),
              ranking.unobservedWeight(),
              ranking.ndcg() == null
                  ? ""
                  : String.format(Locale.ROOT, ", NDCG@10 %.4f", ranking.ndcg()),
              Progress.rate(ranking.choicesPerSecond())));
    }
  }
}
