package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Evaluates a model on one set after the other.
final class SetEvaluator {
  private static final System.Logger LOG = Evaluate.LOG;

  /// What is evaluated, and what it is compared with.
  ///
  /// @param ratings the rating model
  /// @param preferences the ranking model; null without one
  /// @param baseline regularized biases
  /// @param history the training ratings of each user
  record Models(
      LoadedModel ratings,
      @Nullable RankingModel preferences,
      BiasBaseline baseline,
      TrainingHistory history) {}

  private final ObjectStore store;
  private final String what;
  private final EvaluationSources sources;
  private final EvaluateParameters parameters;
  private final LoadedModel model;
  private final @Nullable RankingModel preferences;
  private final BiasBaseline baseline;
  private final TrainingHistory history;
  private final WorkerPool workers;

  /// @param store holds the sets
  /// @param what names the run in the log
  SetEvaluator(
      ObjectStore store,
      String what,
      EvaluationSources sources,
      EvaluateParameters parameters,
      Models models,
      WorkerPool workers) {
    this.store = store;
    this.what = what;
    this.sources = sources;
    this.parameters = parameters;
    this.model = models.ratings;
    this.preferences = models.preferences;
    this.baseline = models.baseline;
    this.history = models.history;
    this.workers = workers;
  }

  /// Evaluates the model on a set.
  ///
  /// @param name the set's name in the log
  /// @param file the set's file in the split and in the index
  SetFigures evaluate(String name, String file) throws IOException {
    if (wasTrainedOn(file)) {
      String reason = "the model was trained on the " + name + " set";
      LOG.log(Level.INFO, "{0}: {1}", what, reason);
      return new SetFigures(null, null, null, reason);
    }
    RatingFigures ratings = ratings(file);
    boolean replay = sources.protocol() == RankingEvaluation.Protocol.REPLAY;
    HeldOutRatings heldOut = replay ? window(file) : indexed(file);
    long outside = replay ? 0 : sources.rowsOf(file) - heldOut.rows();
    RatingFigures replayed =
        replay
            ? new ReplayedRatings(model, baseline, history)
                .run(heldOut, progress(name, heldOut.rows()), workers)
            : null;
    RankingFigures ranking =
        new RankingEvaluation(
                sources.protocol(),
                history,
                model.itemRatings(),
                parameters.likedFrom(),
                parameters.seed(),
                parameters.users())
            .run(heldOut, rankers(), outside, what + ", ranking for the " + name + " set", workers);
    SetFigures figures = new SetFigures(ratings, replayed, ranking, reason(name, ratings, ranking));
    logFigures(name, figures);
    return figures;
  }

  private boolean wasTrainedOn(String file) {
    Rows rows = model.card().rows();
    return rows == Rows.ALL
        || (rows == Rows.TRAIN_AND_VALIDATION && file.equals(StoreLayout.VALIDATION));
  }

  private Progress progress(String set, long rows) {
    return new Progress(LOG, what + ", replay of the " + set + " set", "ratings", rows);
  }

  private @Nullable String reason(
      String set, @Nullable RatingFigures ratings, @Nullable RankingFigures ranking) {
    if (ratings == null && ranking == null) {
      return "the " + set + " set has no ratings of users and items that the model knows";
    }
    if (ratings == null) {
      return "the " + set + " set has no ratings of users in the training set";
    }
    return ranking == null
        ? "no user of the " + set + " set has both a history and held-out items"
        : null;
  }

  private @Nullable RatingFigures ratings(String set) throws IOException {
    try (ArrowFile opened =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.index()) + set)) {
      Ratings ratings = new Ratings(opened, model.card());
      Errors errors = new Errors(model, baseline);
      ratings.forEach(errors::add);
      return ratings.rows() == 0 ? null : errors.figures(ratings.rows());
    }
  }

  private HeldOutRatings window(String set) throws IOException {
    try (ArrowFile opened =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.split()) + set)) {
      return HeldOutRatings.fromSplit(opened, model.userIds(), model.itemIds());
    }
  }

  private HeldOutRatings indexed(String set) throws IOException {
    try (ArrowFile opened =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.index()) + set)) {
      return HeldOutRatings.fromIndex(opened, model.card());
    }
  }

  /// Returns the model's rankers, then the baselines.
  private List<Ranker> rankers() {
    boolean replay = sources.protocol() == RankingEvaluation.Protocol.REPLAY;
    List<Ranker> rankers = new ArrayList<>();
    if (preferences != null) {
      rankers.add(
          new FactorRanker(
              EvaluateParameters.PREFERENCE,
              preferences.scorer(),
              replay ? preferences::writeFoldedInRow : preferences::writeTrainedRow));
    }
    rankers.add(
        new FactorRanker(
            EvaluateParameters.RATING,
            model.scorer(),
            replay ? model::writeFoldedInRow : model::writeTrainedRow));
    rankers.add(new PopularityRanker("mostPopular", model.itemRatings()));
    rankers.add(new PopularityRanker("recentlyPopular", model.recentItemRatings()));
    return rankers;
  }

  private void logFigures(String set, SetFigures figures) {
    RatingFigures ratings = figures.ratings();
    if (ratings != null) {
      log(
          "%s RMSE %.4f, MAE %.4f on %,d ratings of %,d users; RMSE of biases alone %.4f, of the"
              + " mean %.4f",
          set,
          ratings.rmse(),
          ratings.mae(),
          ratings.ratings(),
          ratings.users(),
          ratings.baselineRmse(),
          ratings.globalMeanRmse());
    }
    RatingFigures replayed = figures.replayedRatings();
    if (replayed != null) {
      log(
          "%s replayed: RMSE %.4f on %,d ratings of %,d users; of biases alone %.4f",
          set, replayed.rmse(), replayed.ratings(), replayed.users(), replayed.baselineRmse());
    }
    RankingFigures ranking = figures.ranking();
    if (ranking != null) {
      log(
          "%s NDCG@10 %s for %,d users (%s)",
          set, ranking.summary(), ranking.users(), sources.protocol());
    }
    if (figures.reason() != null) {
      log("%s", figures.reason());
    }
  }

  private void log(String format, Object... arguments) {
    LOG.log(Level.INFO, () -> what + ": " + String.format(Locale.ROOT, format, arguments));
  }

  /// Sums of errors over a set. All predictions are clipped in the same way.
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

    RatingFigures figures(long count) {
      return new RatingFigures(
          count,
          users.cardinality(),
          Math.sqrt(squares / count),
          absolutes / count,
          Math.sqrt(baselineSquares / count),
          Math.sqrt(meanSquares / count),
          squares < baselineSquares);
    }
  }
}
