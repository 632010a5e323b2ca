package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.DatasetIds;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Evaluates a model on one set after the other.
final class SetEvaluator {
  private static final System.Logger LOG = Evaluate.LOG;

  /// What is evaluated, and what it is compared with.
  ///
  /// @param catalog the model's users and items
  /// @param ratings the rating model, and regularized biases; null for a model of choices
  /// @param preferences the ranking model; null without one
  /// @param history the training ratings of each user
  /// @param published the twin of the published model; null if there is none
  record Models(
      ModelCatalog catalog,
      @Nullable RatingPart ratings,
      @Nullable RankingModel preferences,
      TrainingHistory history,
      @Nullable PublishedTwin published) {}

  /// A rating model, and regularized biases to compare it with.
  record RatingPart(LoadedModel model, BiasBaseline baseline) {}

  /// The evaluation of a set.
  ///
  /// @param figures the model's figures
  /// @param publishedRatings the comparison of predicted ratings with the published model; null without one
  /// @param publishedRanking the comparison of lists; null without one
  /// @param trainedOn number of ratings whose user rated the item in training, too
  /// @param errors the errors of predicted ratings, by user
  record EvaluatedSet(
      SetFigures figures,
      PublishedFigures.@Nullable Ratings publishedRatings,
      PublishedFigures.@Nullable Ranking publishedRanking,
      long trainedOn,
      List<UserErrors> errors) {}

  private final ObjectStore store;
  private final String what;
  private final EvaluationSources sources;
  private final EvaluateParameters parameters;
  private final ModelCatalog catalog;
  private final @Nullable RatingPart rating;
  private final @Nullable RankingModel preferences;
  private final TrainingHistory history;
  private final @Nullable PublishedTwin published;
  private final ModelIndices userIndices;
  private final ModelIndices itemIndices;
  private final WorkerPool workers;

  /// @param store holds the sets
  /// @param what names the run in the log
  SetEvaluator(
      ObjectStore store,
      String what,
      EvaluationSources sources,
      EvaluateParameters parameters,
      Models models,
      WorkerPool workers)
      throws IOException {
    this.store = store;
    this.what = what;
    this.sources = sources;
    this.parameters = parameters;
    this.catalog = models.catalog;
    this.rating = models.ratings;
    this.preferences = models.preferences;
    this.history = models.history;
    this.published = models.published;
    DatasetIds ids =
        DatasetIds.ofSplit(
            store, sources.split(), Manifest.read(store, sources.split(), StepName.SPLIT));
    this.userIndices = ModelIndices.of(ids.users(), catalog.userIds());
    this.itemIndices = ModelIndices.of(ids.items(), catalog.itemIds());
    this.workers = workers;
  }

  /// Evaluates the model on a set. Only the test set, which had no influence on the model, is compared with
  /// the published model.
  ///
  /// @param name the set's name in the log
  /// @param file the set's file in the split and in the index
  EvaluatedSet evaluate(String name, String file) throws IOException {
    if (wasTrainedOn(file)) {
      String reason = "the model was trained on the " + name + " set";
      LOG.log(Level.INFO, "{0}: {1}", what, reason);
      return new EvaluatedSet(
          new SetFigures(null, null, null, null, reason), null, null, 0, List.of());
    }
    boolean replay = sources.protocol() == RankingEvaluation.Protocol.REPLAY;
    PublishedTwin compared = file.equals(StoreLayout.TEST) ? published : null;
    HeldOutRatings window = window(file);
    List<UserErrors> errors = new ArrayList<>();
    RatingFigures ratings =
        rating == null ? null : ratings(rating, file, replay ? null : window, errors);
    RatingErrors replayedErrors =
        replay && rating != null
            ? new ReplayedRatings(rating.model, rating.baseline, history, compared)
                .run(window, progress(name, window.rows()), workers)
            : null;
    if (replayedErrors != null) {
      errors.addAll(replayedErrors.userErrors());
    }
    RatingFigures replayed =
        replayedErrors == null
            ? null
            : replayedErrors.figures(replayedErrors.users(), parameters.seed(), workers);
    RankingEvaluation.Result ranking =
        new RankingEvaluation(
                sources.protocol(),
                history,
                catalog.itemRatings(),
                Objects.requireNonNullElse(parameters.likedFrom(), Double.POSITIVE_INFINITY),
                parameters.seed(),
                parameters.users(),
                compared)
            .run(window, rankers(), what + ", ranking for the " + name + " set", workers);
    RankingFigures rankingFigures = ranking == null ? null : ranking.figures();
    SetFigures figures =
        new SetFigures(
            Coverage.of(window),
            ratings,
            replayed,
            rankingFigures,
            reason(name, ratings, rankingFigures));
    logFigures(name, figures);
    return new EvaluatedSet(
        figures,
        replayedErrors == null ? null : replayedErrors.published(parameters.seed(), workers),
        ranking == null ? null : ranking.published(),
        history.countCommon(window),
        errors);
  }

  private boolean wasTrainedOn(String file) {
    Rows rows = catalog.card().rows();
    return rows == Rows.ALL
        || (rows == Rows.TRAIN_AND_VALIDATION && file.equals(StoreLayout.VALIDATION));
  }

  private Progress progress(String set, long rows) {
    return new Progress(LOG, what + ", replay of the " + set + " set", "ratings", rows);
  }

  private @Nullable String reason(
      String set, @Nullable RatingFigures ratings, @Nullable RankingFigures ranking) {
    if (rating == null) {
      return ranking == null
          ? "no user of the "
              + set
              + " set has both a history and chosen items that the model knows"
          : null;
    }
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

  /// Predicts the ratings of the indexed set, with the vectors from training.
  ///
  /// @param window the set as split, for details; null if they are not wanted
  /// @param details receives the errors of each user
  private @Nullable RatingFigures ratings(
      RatingPart part, String set, @Nullable HeldOutRatings window, List<UserErrors> details)
      throws IOException {
    LoadedModel model = part.model;
    BiasBaseline baseline = part.baseline;
    try (ArrowFile opened =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.index()) + set)) {
      Ratings ratings = new Ratings(opened, model.card());
      long[] times = window == null ? null : times(set, ratings);
      RatingErrors errors =
          new RatingErrors(model, baseline, window == null ? Periods.NONE : Periods.of(window));
      RatingErrors.UserSums unknown = new RatingErrors.UserSums(null);
      RatingErrors.UserSums[] users = new RatingErrors.UserSums[model.card().users()];
      int[] row = new int[1];
      ratings.forEach(
          (user, item, rating) -> {
            if (user >= 0 && users[user] == null) {
              users[user] = new RatingErrors.UserSums(window == null ? null : new UserErrors(user));
            }
            errors.add(
                new RatingErrors.Prediction(
                    item,
                    user < 0 ? 0 : history.ratings(user),
                    rating,
                    model.predict(user, item),
                    model.card().clip((float) baseline.predict(user, item)),
                    times == null ? 0 : times[row[0]++]),
                user < 0 ? unknown : users[user]);
          });
      for (RatingErrors.UserSums user : users) {
        if (user != null) {
          errors.endUser(user);
        }
      }
      int knownUsers = errors.users();
      details.addAll(errors.userErrors());
      errors.endUser(unknown);
      return window == null
          ? errors.figures(knownUsers)
          : errors.figures(knownUsers, parameters.seed(), workers);
    }
  }

  /// Returns when each rating of an indexed set was given: the index keeps the order of the split.
  private long[] times(String set, Ratings indexed) throws IOException {
    try (ArrowFile split =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.split()) + set, Schemas.RATINGS)) {
      long[] times = new long[Math.toIntExact(indexed.rows())];
      int count = 0;
      for (RecordBatch batch : split.batches()) {
        IntColumn users = batch.ints("userId");
        IntColumn items = batch.ints("itemId");
        LongColumn given = batch.longs("timestamp");
        for (int row = 0; row < batch.rows(); row++) {
          if (indexed.keepsUnknown()
              || (userIndices.of(users.get(row)) >= 0 && itemIndices.of(items.get(row)) >= 0)) {
            if (count < times.length) {
              times[count] = given.get(row);
            }
            count++;
          }
        }
      }
      if (count != times.length) {
        throw split.malformed(
            count + " ratings of known users and items; the index has " + times.length);
      }
      return times;
    }
  }

  private HeldOutRatings window(String set) throws IOException {
    try (ArrowFile opened =
        ArrowObjects.open(store, ObjectKeys.directoryOf(sources.split()) + set)) {
      return HeldOutRatings.fromSplit(opened, userIndices, itemIndices);
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
    if (rating != null) {
      LoadedModel model = rating.model;
      rankers.add(
          new FactorRanker(
              EvaluateParameters.RATING,
              model.scorer(),
              replay ? model::writeFoldedInRow : model::writeTrainedRow));
    }
    rankers.add(new PopularityRanker("mostPopular", catalog.itemRatings()));
    rankers.add(new PopularityRanker("recentlyPopular", catalog.recentItemRatings()));
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
}
