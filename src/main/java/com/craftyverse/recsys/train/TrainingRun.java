package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.FetchedObject;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A run of the train step on an opened index: the ranking model, then the rating model, then their files.
final class TrainingRun {
  private static final String BEFORE_RATING =
      "stopped before the rating model because the time limit was near; send the request again to"
          + " continue";

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  /// Aborts a step that ran out of time, so that it writes no manifest.
  static final class OutOfTimeException extends IOException {
    @Serial private static final long serialVersionUID = 1;
    private final transient TrainFigures figures;

    OutOfTimeException(TrainFigures figures) {
      super(figures.ending());
      this.figures = figures;
    }

    TrainFigures figures() {
      return figures;
    }
  }

  private final TrainingJob job;
  private final TrainingInputs inputs;
  private final TimeBudget budget;
  private final TrainParameters parameters;
  private final String what;
  private final TrainingSet training;
  private final ValidationSet validation;

  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a file of the index is damaged
  /// @throws RequestException if there are no ratings, or the factors do not fit into arrays
  TrainingRun(TrainingJob job, TrainingInputs inputs, TimeBudget budget) throws IOException {
    this.job = job;
    this.inputs = inputs;
    this.budget = budget;
    this.parameters = job.parameters();
    this.what = (job.origin().isRefit() ? "refit " : "train ") + job.dataset();
    this.training = new TrainingSet(inputs.training);
    this.validation = new ValidationSet(inputs.validation, training.users(), training.items());
    check(inputs, training, parameters);
  }

  /// The trained models.
  ///
  /// @param rating null if time ran out before it, or if there is only a ranking model
  /// @param mean μ of the rating model
  /// @param decides whether validation chose the number of epochs
  /// @param ending how the run ended
  /// @param done whether it is finished; if not, it ran out of time and was saved
  private record Trained(
      @Nullable RankingRun ranking,
      ChoiceTrial choiceFactors,
      TrainingLoop.@Nullable Outcome rating,
      float mean,
      boolean decides,
      String ending,
      boolean done) {
    /// Returns a run that stopped before the rating model.
    static Trained withoutRating(RankingRun ranking, String ending) {
      return new Trained(ranking, ChoiceTrial.given(0), null, 0, false, ending, false);
    }

    /// Returns the finished run of a ranking model alone.
    static Trained onlyRanking(RankingRun ranking) {
      return new Trained(
          ranking,
          ChoiceTrial.given(0),
          null,
          0,
          false,
          "ran all " + ranking.figures.epochs() + " epochs of the ranking model",
          true);
    }
  }

  /// Trains and writes the model, going on from a checkpoint if there is one.
  ///
  /// @param directory the model's, with a trailing slash
  /// @throws OutOfTimeException if the time limit ended the run; a checkpoint has been written
  TrainFigures train(ObjectStore store, String directory, StepRunner.Output output)
      throws IOException {
    Execution execution = job.execution();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: %,d %s of %,d users and %,d items, %,d for validation; model %s, k = %d,"
                + " %s, %d %s",
            what,
            training.rows(),
            rows(),
            training.users(),
            training.items(),
            validation.rows(),
            parameters.model(),
            vectorLength(parameters),
            execution.kernel(),
            execution.threads(),
            execution.threads() == 1 ? "thread" : "threads"));
    Trained trained =
        train(new Checkpoint(store, directory, job.modelId(), training.users(), training.items()));
    if (!trained.done) {
      TrainFigures figures = figures(trained, null);
      log(what, figures);
      throw new OutOfTimeException(figures);
    }
    TrainFigures figures = figures(trained, write(trained, output));
    log(what, figures);
    if (job.origin().isRefit()) {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: model %s, trained on %,d %s with the parameters of the scored model %s",
              what,
              job.modelId(),
              training.rows(),
              rows(),
              job.origin().scoredModel()));
    }
    LOG.log(Level.INFO, "{0}: the model is in {1}", what, directory);
    return figures;
  }

  /// Returns what a row of the training set is called.
  private String rows() {
    return parameters.hasRatingModel() ? "ratings" : "choices";
  }

  private static int vectorLength(TrainParameters parameters) {
    RankingParameters ranking = parameters.ranking();
    return parameters.hasRatingModel() || ranking == null
        ? parameters.factors()
        : ranking.factors();
  }

  private Trained train(Checkpoint checkpoint) throws IOException {
    try (WorkerPool workers =
        new WorkerPool(StepName.TRAIN.toString(), what, job.execution().threads())) {
      Checkpoint.Kept kept = checkpoint.read().orElse(new Checkpoint.Kept(null, null));
      KernelWarmUp.finish();
      RankingRun ranking = null;
      RankingParameters rankingParameters = parameters.ranking();
      if (rankingParameters != null) {
        RankingState before = kept.ranking();
        int epochsBefore = before == null ? 0 : before.history().size();
        ranking =
            rank(
                rankingParameters,
                before,
                state -> checkpoint.write(new Checkpoint.Kept(state, null)),
                workers);
        if (!ranking.done) {
          return Trained.withoutRating(ranking, ranking.ending(rankingParameters));
        }
        if (!parameters.hasRatingModel()) {
          return Trained.onlyRanking(ranking);
        }
        RankingState state = ranking.state;
        boolean isFresh = state.history().size() > epochsBefore;
        if (isFresh && budget.isNear(state.history().getLast().seconds())) {
          checkpoint.write(new Checkpoint.Kept(state, null));
          return Trained.withoutRating(ranking, BEFORE_RATING);
        }
      }
      return rate(checkpoint, ranking, kept.rating(), workers);
    }
  }

  /// Trains the rating model.
  ///
  /// @param ranking the trained ranking model; null without one
  /// @param kept the state in the checkpoint, if the run had come so far
  private Trained rate(
      Checkpoint checkpoint,
      @Nullable RankingRun ranking,
      Checkpoint.@Nullable RatingState kept,
      WorkerPool workers)
      throws IOException {
    ChoiceFactors choiceFactors = ranking == null ? null : ranking.choiceFactors;
    ChoiceTrial trial = kept == null ? decide(choiceFactors, workers) : kept.choiceFactors();
    TrainParameters decided = parameters.withChoiceFactors(trial.factors());
    TrainingState state =
        kept == null
            ? initialState(decided, trial.factors() == 0 ? null : choiceFactors, workers)
            : kept.training();
    SgdEpoch epoch =
        new SgdEpoch(
            training,
            validation,
            decided,
            ratingScale(),
            job.execution().kernel().kernel(),
            workers);
    TrainingLoop loop =
        new TrainingLoop(
            what, training, validation, decided, epoch, workers, job.origin().isRefit());
    RankingState rankingState = ranking == null ? null : ranking.state;
    TrainingLoop.Outcome rating =
        loop.run(
            state,
            budget,
            saved ->
                checkpoint.write(
                    new Checkpoint.Kept(rankingState, new Checkpoint.RatingState(trial, saved))));
    return new Trained(
        ranking,
        trial,
        rating,
        epoch.mean(),
        loop.selectsBestEpoch(),
        rating.ending(),
        rating.done());
  }

  private RatingScale ratingScale() {
    return Objects.requireNonNull(job.scale());
  }

  private ChoiceTrial decide(@Nullable ChoiceFactors choiceFactors, WorkerPool workers)
      throws IOException {
    if (parameters.choiceFactors() != null || choiceFactors == null) {
      return ChoiceTrial.given(parameters.fixedItemFactors());
    }
    return new ChoiceFactorsSearch(
            what,
            training,
            validation,
            parameters,
            ratingScale(),
            job.execution().kernel().kernel(),
            workers)
        .run(choiceFactors);
  }

  /// Returns a run before its first epoch. Two threads draw the two copies of the factors in parallel:
  /// touching new memory takes longer than drawing.
  private TrainingState initialState(
      TrainParameters decided, @Nullable ChoiceFactors choiceFactors, WorkerPool workers)
      throws IOException {
    Factors[] same = new Factors[2];
    workers.run(
        same.length,
        (copy, worker) -> same[copy] = Factors.initial(training, decided, choiceFactors));
    WarmStart warmStart = job.warmStart();
    if (warmStart != null) {
      float mean = parameters.biased() ? (float) training.mean() : 0;
      warmStart.copyInto(same[0], inputs, mean, what);
      same[1] = same[0].copy();
    }
    return new TrainingState(same[0], same[1]);
  }

  /// The ranking model's share of a run.
  ///
  /// @param gram of the items' vectors, once the run is done
  /// @param choiceFactors what the rating model takes from it, once the run is done; null if it takes nothing
  private record RankingRun(
      RankingState state,
      RankingFigures figures,
      RankingCard card,
      ModelWriter.Ranking vectors,
      boolean done,
      double[] gram,
      @Nullable ChoiceFactors choiceFactors) {
    String ending(RankingParameters parameters) {
      return String.format(
          Locale.ROOT,
          "stopped after epoch %d of %d of the ranking model because the time limit was near; send"
              + " the request again to continue",
          figures.epochs(),
          parameters.epochs());
    }
  }

  /// Trains the ranking model.
  ///
  /// @param kept the state in the checkpoint, if the run had come so far
  private RankingRun rank(
      RankingParameters rankingParameters,
      @Nullable RankingState kept,
      RankingTrainingLoop.CheckpointSink sink,
      WorkerPool workers)
      throws IOException {
    RatingScale scale = job.scale();
    Choices choices = Choices.of(training, scale, workers);
    RankingTrainingLoop loop =
        new RankingTrainingLoop(
            what,
            choices,
            validation,
            rankingParameters,
            parameters.seed(),
            job.execution().kernel().kernel(),
            workers);
    RankingState state = kept;
    if (state == null) {
      RankingFactors vectors = loop.initialVectors();
      WarmStart warmStart = job.warmStart();
      if (warmStart != null) {
        warmStart.copyInto(vectors, choices, inputs, parameters.hasRatingModel() ? null : what);
      }
      state = loop.initialState(vectors);
    }
    boolean done = loop.run(state, budget, sink);
    RankingFigures figures = loop.figures(state);
    double[] gram = done ? loop.gram(state) : new double[0];
    int count =
        Objects.requireNonNullElse(
            parameters.choiceFactors(), Math.min(ChoiceFactors.DEFAULT, figures.factors()));
    return new RankingRun(
        state,
        figures,
        new RankingCard(
            figures.factors(),
            figures.regularization(),
            figures.unobservedWeight(),
            figures.epochs(),
            scale == null ? null : (float) scale.min(),
            scale == null ? null : (float) scale.max()),
        new ModelWriter.Ranking(
            state.vectors(), Choices.places(choices.users()), Choices.places(choices.items())),
        done,
        gram,
        done && count > 0 ? ChoiceFactors.of(state.vectors(), gram, choices, count) : null);
  }

  /// Copies the attributes of the items, which lie in the same rows.
  ///
  /// @return their names
  private List<String> writeAttributes(StepRunner.Output output) throws IOException {
    FetchedObject fetched = inputs.attributes;
    if (fetched == null) {
      return List.of();
    }
    try (ArrowFile file = ArrowFile.open(fetched.path(), StoreLayout.ATTRIBUTES)) {
      List<String> names = file.columns().stream().map(Column::name).toList();
      file.require(Schemas.attributes(names));
      if (file.rows() != inputs.items.rows()) {
        throw file.malformed(
            file.rows() + " rows, but there are " + inputs.items.rows() + " items");
      }
      output.write(
          StoreLayout.ATTRIBUTES,
          path -> Files.copy(fetched.path(), path, StandardCopyOption.REPLACE_EXISTING));
      return names;
    }
  }

  /// Writes the model.
  ///
  /// @return the SHA-256 of its factors: of `users.arrow` followed by `items.arrow`
  private String write(Trained trained, StepRunner.Output output) throws IOException {
    TrainingState rating = trained.rating == null ? null : trained.rating.state();
    RankingRun ranking = trained.ranking;
    ModelWriter writer =
        new ModelWriter(
            rating == null ? null : rating.best(), ranking == null ? null : ranking.vectors);
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
    List<String> attributes = writeAttributes(output);
    output.writeJson(
        StoreLayout.MODEL,
        new ModelCard(
            rating == null ? ModelCard.CHOICES_FORMAT_VERSION : ModelCard.FORMAT_VERSION,
            parameters.model(),
            job.dataset(),
            job.modelId(),
            parameters.factors() + trained.choiceFactors.factors(),
            trained.choiceFactors.factors(),
            trained.mean,
            rating == null ? 0 : (float) training.mean(),
            job.scale(),
            rating == null ? 0 : training.unit(parameters.biased()),
            training.users(),
            training.items(),
            training.rows(),
            job.origin().rows(),
            job.origin().scoredModel(),
            ranking == null ? null : ranking.card,
            rating == null ? Feedback.CHOICES : null,
            attributes));
    for (Map.Entry<String, byte[]> file : job.origin().evaluation().entrySet()) {
      output.write(file.getKey(), path -> Files.write(path, file.getValue()));
    }
    output.writeJson(
        StoreLayout.HISTORY,
        new History(
            rating == null ? List.of() : rating.history(),
            ranking == null
                ? null
                : new History.Ranking(ranking.state.trials(), ranking.state.history())));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void check(TrainingInputs inputs, TrainingSet training, TrainParameters parameters)
      throws IOException {
    if (training.rows() == 0) {
      throw RequestException.unprocessable(
          "there are no training " + (parameters.hasRatingModel() ? "ratings" : "choices"));
    }
    inputs.users.require(Schemas.indexUsers(IdType.of(inputs.users, Schemas.USER_ID)));
    inputs.items.require(Schemas.indexItems(IdType.of(inputs.items, Schemas.ITEM_ID)));
    if (inputs.users.rows() != training.users()) {
      throw inputs.users.malformed(
          inputs.users.rows() + " users; the training set has " + training.users());
    }
    if (inputs.items.rows() != training.items()) {
      throw inputs.items.malformed(
          inputs.items.rows() + " items; the training set has " + training.items());
    }
    if (parameters.hasRatingModel()) {
      checkSize("factors", parameters.factors(), mostFactors(parameters).stride(), training);
    }
    RankingParameters ranking = parameters.ranking();
    if (ranking != null) {
      checkSize("rankingFactors", ranking.factors(), RowLayout.padded(ranking.factors()), training);
    }
  }

  /// Returns the layout with choice factors, if the run may have any.
  private static RowLayout mostFactors(TrainParameters parameters) {
    return parameters.choiceFactors() == null
        ? parameters.withChoiceFactors(ChoiceFactors.DEFAULT).layout()
        : parameters.layout();
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

  private TrainFigures figures(Trained trained, @Nullable String digest) {
    TrainingLoop.Outcome rating = trained.rating;
    Execution execution = job.execution();
    List<Epoch> history = rating == null ? List.of() : rating.state().history();
    double seconds = 0;
    double trainSeconds = 0;
    for (Epoch epoch : history) {
      seconds += epoch.seconds();
      trainSeconds += training.rows() / epoch.updatesPerSecond();
    }
    return new TrainFigures(
        job.modelId(),
        job.origin().scoredModel(),
        job.origin().rows(),
        parameters.model(),
        parameters.factors() + trained.choiceFactors.factors(),
        history.size(),
        rating == null ? 0 : rating.best().epoch(),
        rating == null ? null : rating.best().trainRmse(),
        rating == null ? null : rating.best().validationRmse(),
        training.rows(),
        validation.rows(),
        trained.decides,
        rating == null ? 0 : rating.state().cuts(),
        trained.ending,
        rating == null ? 0 : history.size() * training.rows() / trainSeconds,
        seconds,
        execution.kernel().kernel().name(),
        execution.kernel().kernel().lanes(),
        execution.threads(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        trained.ranking == null ? null : trained.ranking.figures,
        trained.choiceFactors,
        digest);
  }

  private static void log(String what, TrainFigures figures) {
    LOG.log(Level.INFO, "{0}: {1}", what, figures.ending());
    Double trainRmse = figures.trainRmse();
    Double validationRmse = figures.validationRmse();
    if (trainRmse != null) {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: kept epoch %d, train RMSE %.4f%s, %s updates/s",
              what,
              figures.bestEpoch(),
              trainRmse,
              validationRmse == null
                  ? ""
                  : String.format(Locale.ROOT, ", validation RMSE %.4f", validationRmse),
              Progress.rate(figures.updatesPerSecond())));
    }
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
