package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The evaluate step: measures on held-out data how well a model predicts ratings and how well its
/// recommendations find what users chose, compared with simple baselines.
public final class Evaluate {
  static final System.Logger LOG = System.getLogger(Evaluate.class.getName());

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
    EvaluationSources sources = EvaluationSources.of(store, model);
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
                sources.index(),
                StepName.SPLIT.toString(),
                sources.split()),
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

  private EvaluateFigures evaluate(
      String directory,
      EvaluationSources sources,
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
      SetEvaluator evaluator =
          new SetEvaluator(
              store,
              what,
              sources,
              parameters,
              new SetEvaluator.Models(
                  new LoadedModel(
                      card,
                      users,
                      items,
                      trained.number("userRegularization"),
                      trained.number("biasRegularization")),
                  rankingModel(card, directory, users, items),
                  baseline(card, sources),
                  new TrainingHistory(seen, card)),
              workers);
      SetFigures validation = evaluator.evaluate("validation", StoreLayout.VALIDATION);
      SetFigures test = evaluator.evaluate("test", StoreLayout.TEST);
      return new EvaluateFigures(
          card.modelId(),
          sources.protocol().toString(),
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

  private BiasBaseline baseline(ModelCard card, EvaluationSources sources) throws IOException {
    String directory = ObjectKeys.directoryOf(sources.index());
    try (ArrowFile training = ArrowObjects.open(store, directory + StoreLayout.TRAIN)) {
      if (training.rows() != card.trainRatings()) {
        throw training.malformed(
            training.rows() + " ratings; the model was trained on " + card.trainRatings());
      }
      return new BiasBaseline(new Ratings(training, card), card);
    }
  }
}
