package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
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
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The evaluate step: measures on held-out data how well a model predicts ratings and how well its
/// recommendations find what users chose, compared with simple baselines.
public final class Evaluate {
  static final System.Logger LOG = System.getLogger(Evaluate.class.getName());

  private static final String TEMPORAL = "temporal";
  private static final int MOST_THREADS = 64;

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store the store that contains the model
  public Evaluate(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Evaluates a model, or returns its existing evaluation.
  ///
  /// @throws RequestException if the request, or an object that it names, is invalid
  /// @throws MalformedFileException if a file of the model, the index or the split is damaged
  /// @throws InterruptedIOException if the thread is interrupted
  public EvaluateResult run(EvaluateRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    int threads = threads(request);
    Manifest model = Manifest.read(store, key, StepName.TRAIN);
    String directory = ObjectKeys.directoryOf(key);
    EvaluateParameters parameters =
        EvaluateParameters.of(request, ModelCard.read(store, directory));
    Sources sources = Sources.of(store, model);
    StepSpec spec =
        new StepSpec(
            StepName.EVALUATE,
            model.dataset(),
            Map.of(StepName.TRAIN.toString(), model.id()),
            parameters);
    var done =
        runner.run(
            spec,
            directory,
            EvaluateParameters.areDefault(request)
                ? StoreLayout.EVALUATION
                : StoreLayout.evaluation(spec.id()),
            Map.of(
                StepName.TRAIN.toString(),
                key,
                StepName.INDEX.toString(),
                sources.index,
                StepName.SPLIT.toString(),
                sources.split),
            EvaluateFigures.class,
            output -> evaluate(directory, sources, parameters, model, threads));
    return new EvaluateResult(done.manifest(), done.cached(), done.figures());
  }

  private static int threads(EvaluateRequest request) {
    Integer threads = request.threads();
    if (threads == null) {
      return Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw RequestException.invalid(
          "field 'threads': expected a whole number from 1 to "
              + MOST_THREADS
              + ", found "
              + threads);
    }
    return threads;
  }

  /// The data that a model was trained on.
  ///
  /// @param index the key of the index's manifest
  /// @param split the key of the split's manifest
  /// @param protocol the protocol for this kind of split
  /// @param testRows number of rows in the split's test set
  /// @param validationRows number of rows in its validation set
  private record Sources(
      String index,
      String split,
      RankingEvaluation.Protocol protocol,
      long testRows,
      long validationRows) {
    /// The figures of the split step.
    private record Sizes(
        @Nullable Double trainThreshold,
        @Nullable Double testThreshold,
        long ratings,
        long trainRows,
        long testRows,
        long validationRows) {}

    static Sources of(ObjectStore store, Manifest model) throws IOException {
      String index = Request.requireKey("sources.index", model.source(StepName.INDEX));
      Manifest indexed = Manifest.read(store, index, StepName.INDEX);
      String split = Request.requireKey("sources.split", indexed.source(StepName.SPLIT));
      Manifest divided = Manifest.read(store, split, StepName.SPLIT);
      Sizes sizes = divided.figures(Sizes.class);
      return new Sources(
          index,
          split,
          TEMPORAL.equals(divided.parameters().get("kind"))
              ? RankingEvaluation.Protocol.REPLAY
              : RankingEvaluation.Protocol.WITHIN_USERS,
          sizes.testRows,
          sizes.validationRows);
    }

    long rowsOf(String set) {
      return set.equals(StoreLayout.TEST) ? testRows : validationRows;
    }
  }

  private EvaluateFigures evaluate(
      String directory,
      Sources sources,
      EvaluateParameters parameters,
      Manifest trained,
      int threads)
      throws IOException {
    ModelCard card = ModelCard.read(store, directory);
    String what = StepName.EVALUATE + " " + card.dataset();
    try (ArrowFile users = ArrowObjects.open(store, directory + StoreLayout.USERS);
        ArrowFile items = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
        ArrowFile seen = ArrowObjects.open(store, directory + StoreLayout.SEEN);
        WorkerPool workers = new WorkerPool(StepName.EVALUATE.toString(), what, threads)) {
      Judge judge =
          new Judge(
              what,
              sources,
              parameters,
              new LoadedModel(
                  card,
                  users,
                  items,
                  trained.number("userRegularization"),
                  trained.number("biasRegularization")),
              rankingModel(card, directory, users, items),
              baseline(card, sources),
              new TrainingHistory(seen, card),
              workers);
      SetFigures validation = judge.set("validation", StoreLayout.VALIDATION);
      SetFigures test = judge.set("test", StoreLayout.TEST);
      return new EvaluateFigures(
          card.modelId(),
          sources.protocol.toString(),
          parameters.rankBy(),
          parameters.likedFrom(),
          parameters.users(),
          rmse(validation),
          rmse(test),
          ndcg(validation, parameters.rankBy()),
          ndcg(test, parameters.rankBy()),
          validation,
          test);
    }
  }

  private static @Nullable Double rmse(SetFigures set) {
    return set.ratings() == null ? null : set.ratings().rmse();
  }

  private static @Nullable Double ndcg(SetFigures set, String ranker) {
    Interval ndcg = set.ranking() == null ? null : set.ranking().ndcgAt10(ranker);
    return ndcg == null ? null : ndcg.value();
  }

  private @Nullable RankingModel rankingModel(
      ModelCard card, String directory, ArrowFile users, ArrowFile items) throws IOException {
    if (card.ranking() == null) {
      return null;
    }
    try (ArrowFile gram = ArrowObjects.open(store, directory + StoreLayout.GRAM)) {
      return new RankingModel(card.ranking(), users, items, gram);
    }
  }

  private BiasBaseline baseline(ModelCard card, Sources sources) throws IOException {
    String directory = ObjectKeys.directoryOf(sources.index);
    try (ArrowFile training = ArrowObjects.open(store, directory + StoreLayout.TRAIN)) {
      ArrowFile file = training;
      if (file.rows() != card.trainRatings()) {
        throw file.malformed(
            file.rows() + " ratings; the model was trained on " + card.trainRatings());
      }
      return new BiasBaseline(new Ratings(file, card), card);
    }
  }

  /// Evaluates a model on one set after the other.
  private final class Judge {
    private final String what;
    private final Sources sources;
    private final EvaluateParameters parameters;
    private final LoadedModel model;
    private final @Nullable RankingModel preferences;
    private final BiasBaseline baseline;
    private final TrainingHistory history;
    private final WorkerPool workers;

    Judge(
        String what,
        Sources sources,
        EvaluateParameters parameters,
        LoadedModel model,
        @Nullable RankingModel preferences,
        BiasBaseline baseline,
        TrainingHistory history,
        WorkerPool workers) {
      this.what = what;
      this.sources = sources;
      this.parameters = parameters;
      this.model = model;
      this.preferences = preferences;
      this.baseline = baseline;
      this.history = history;
      this.workers = workers;
    }

    SetFigures set(String name, String file) throws IOException {
      if (wasTrainedOn(file)) {
        String reason = "the model was trained on the " + name + " set";
        LOG.log(Level.INFO, "{0}: {1}", what, reason);
        return new SetFigures(null, null, null, reason);
      }
      RatingFigures ratings = ratings(file);
      boolean replay = sources.protocol == RankingEvaluation.Protocol.REPLAY;
      HeldOutRatings heldOut = replay ? window(file) : indexed(file);
      long outside = replay ? 0 : sources.rowsOf(file) - heldOut.rows();
      RatingFigures replayed =
          replay
              ? new ReplayedRatings(model, baseline, history)
                  .run(heldOut, progress(name, heldOut.rows()), workers)
              : null;
      RankingFigures ranking =
          new RankingEvaluation(
                  sources.protocol,
                  history,
                  model.itemRatings(),
                  parameters.likedFrom(),
                  parameters.seed(),
                  parameters.users())
              .run(
                  heldOut,
                  rankers(),
                  outside,
                  what + ", ranking for the " + name + " set",
                  workers);
      SetFigures figures =
          new SetFigures(ratings, replayed, ranking, reason(name, ratings, ranking));
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
          ArrowObjects.open(store, ObjectKeys.directoryOf(sources.index) + set)) {
        Ratings ratings = new Ratings(opened, model.card());
        Errors errors = new Errors(model, baseline);
        ratings.forEach(errors::add);
        return ratings.rows() == 0 ? null : errors.figures(ratings.rows());
      }
    }

    private HeldOutRatings window(String set) throws IOException {
      try (ArrowFile opened =
          ArrowObjects.open(store, ObjectKeys.directoryOf(sources.split) + set)) {
        return HeldOutRatings.fromSplit(opened, model.userIds(), model.itemIds());
      }
    }

    private HeldOutRatings indexed(String set) throws IOException {
      try (ArrowFile opened =
          ArrowObjects.open(store, ObjectKeys.directoryOf(sources.index) + set)) {
        return HeldOutRatings.fromIndex(opened, model.card());
      }
    }

    /// Returns the model's rankers, then the baselines.
    private List<Ranker> rankers() {
      boolean replay = sources.protocol == RankingEvaluation.Protocol.REPLAY;
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
            set, ranking.summary(), ranking.users(), sources.protocol);
      }
      if (figures.reason() != null) {
        log("%s", figures.reason());
      }
    }

    private void log(String format, Object... arguments) {
      LOG.log(Level.INFO, () -> what + ": " + String.format(Locale.ROOT, format, arguments));
    }
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
