package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.report.Report;
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
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    ModelCard card = ModelCard.read(store, directory);
    EvaluateParameters parameters = EvaluateParameters.of(request, card);
    boolean isDefault = EvaluateParameters.areDefault(request);
    Optional<CurrentModel> current =
        CurrentModel.find(store, model.dataset()).map(CurrentModel.Versioned::current);
    if (isDefault && (card.rows() == Rows.ALL || wasPublished(current, model.id()))) {
      Optional<EvaluateResult> existing = existing(directory + StoreLayout.EVALUATION);
      if (existing.isPresent()) {
        return existing.get();
      }
    }
    PublishedModel published =
        current.isEmpty() || isItself(current.get(), model.id())
            ? null
            : PublishedModel.of(store, current.get());
    EvaluationSources sources = EvaluationSources.of(store, model);
    Map<String, String> inputs = new TreeMap<>();
    inputs.put(StepName.TRAIN.toString(), model.id());
    if (published != null) {
      inputs.put(StoreLayout.PUBLISHED, published.model());
    }
    StepSpec spec = new StepSpec(StepName.EVALUATE, model.dataset(), inputs, parameters);
    String name = isDefault ? StoreLayout.EVALUATION : StoreLayout.evaluation(spec.id());
    var done =
        runner.run(
            spec,
            directory,
            name,
            Map.of(
                StepName.TRAIN.toString(),
                key,
                StepName.INDEX.toString(),
                sources.index(),
                StepName.SPLIT.toString(),
                sources.split()),
            EvaluateFigures.class,
            output -> {
              EvaluateFigures figures =
                  evaluate(directory, sources, parameters, published, threads);
              writeReport(key, spec, figures, StoreLayout.report(name), output);
              return figures;
            });
    return result(directory, name, done.cached(), done.figures());
  }

  /// Returns whether a model, or its refit, is or was published. Its evaluation then stands: it was compared
  /// with the model that it replaced.
  private static boolean wasPublished(Optional<CurrentModel> current, String model) {
    return current.isPresent()
        && current.get().history().stream()
            .anyMatch(each -> model.equals(each.model()) || model.equals(each.scoredModel()));
  }

  private static boolean isItself(CurrentModel current, String model) {
    return model.equals(current.model()) || model.equals(current.scoredModel());
  }

  private Optional<EvaluateResult> existing(String key) throws IOException {
    if (store.find(key).isEmpty()) {
      return Optional.empty();
    }
    Manifest evaluation = Json.read(store.read(key).content(), Manifest.class, key);
    return evaluation.formatVersion() == StepName.EVALUATE.formatVersion()
        ? Optional.of(
            result(
                ObjectKeys.directoryOf(key),
                StoreLayout.EVALUATION,
                true,
                evaluation.figures(EvaluateFigures.class)))
        : Optional.empty();
  }

  /// @param directory the model's directory, with a trailing slash
  /// @param name the evaluation's file name
  private static EvaluateResult result(
      String directory, String name, boolean cached, EvaluateFigures figures) {
    return new EvaluateResult(
        directory + name, cached, directory + StoreLayout.report(name), figures);
  }

  /// Writes the report of an evaluation.
  ///
  /// @param model the key of the model's manifest
  /// @param name the report's file name
  private void writeReport(
      String model, StepSpec spec, EvaluateFigures figures, String name, StepRunner.Output output)
      throws IOException {
    byte[] report =
        Report.write(
            store,
            new Report.Subject(
                model, spec.id(), Json.toMap(spec.parameters()), Json.toMap(figures)));
    output.write(name, path -> Files.write(path, report));
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
      @Nullable PublishedModel published,
      int threads)
      throws IOException {
    ModelCard card = ModelCard.read(store, directory);
    Manifest trained = Manifest.read(store, directory + StoreLayout.MANIFEST, StepName.TRAIN);
    String what = StepName.EVALUATE + " " + card.dataset();
    try (ArrowFile users = ArrowObjects.open(store, directory + StoreLayout.USERS);
        ArrowFile items = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
        ArrowFile seen = ArrowObjects.open(store, directory + StoreLayout.SEEN);
        WorkerPool workers = new WorkerPool(StepName.EVALUATE.toString(), what, threads)) {
      ModelCatalog catalog = ModelCatalog.of(card, users, items);
      try (PublishedTwin twin = twin(published, sources, catalog.itemIds())) {
        SetEvaluator.Models models =
            new SetEvaluator.Models(
                catalog,
                card.hasRatings()
                    ? new SetEvaluator.RatingPart(
                        new LoadedModel(
                            catalog,
                            users,
                            items,
                            trained.number("userRegularization"),
                            trained.number("biasRegularization")),
                        baseline(card, sources))
                    : null,
                RankingModel.open(store, directory, card, users, items),
                new TrainingHistory(seen, card),
                twin);
        SetEvaluator evaluator =
            new SetEvaluator(store, what, sources, parameters, models, workers);
        SetEvaluator.EvaluatedSet validated =
            evaluator.evaluate("validation", StoreLayout.VALIDATION);
        SetFigures validation = validated.figures();
        SetEvaluator.EvaluatedSet test = evaluator.evaluate("test", StoreLayout.TEST);
        PublishedFigures comparison = comparison(published, sources, twin, test);
        Uncertainty uncertainty =
            card.hasRatings()
                ? UncertaintyFit.of(
                    validated.errors(),
                    test.errors(),
                    card.ratingScale(),
                    parameters.seed(),
                    workers)
                : null;
        log(what, uncertainty);
        Verdict verdict =
            Gate.judge(
                parameters,
                new Gate.Evidence(
                    card,
                    test,
                    models.ratings() != null && models.ratings().baseline().isConstant(),
                    StoredVectors.of(models, workers),
                    published,
                    comparison));
        LOG.log(Level.INFO, () -> what + ": " + verdict.decision() + reasons(verdict, ": ", "; "));
        return new EvaluateFigures(
            card.modelId(),
            sources.protocol().toString(),
            parameters.rankBy(),
            parameters.likedFrom(),
            parameters.users(),
            rmse(validation),
            rmse(test.figures()),
            ndcg(validation, parameters.rankBy()),
            ndcg(test.figures(), parameters.rankBy()),
            sources.trainThreshold(),
            verdict,
            verdict.decision() == Verdict.Decision.ACCEPTED
                || (verdict.decision() == Verdict.Decision.INSUFFICIENT_EVIDENCE
                    && published == null),
            comparison,
            uncertainty,
            validation,
            test.figures());
      }
    }
  }

  private static void log(String what, @Nullable Uncertainty uncertainty) {
    Interval coverage = uncertainty == null ? null : uncertainty.coverage();
    if (uncertainty != null && coverage != null) {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: 80 %% intervals contain %.1f %% of %,d ratings (%.1f to %.1f)",
              what,
              100 * coverage.value(),
              uncertainty.ratings(),
              100 * coverage.low(),
              100 * coverage.high()));
    }
  }

  private static String reasons(Verdict verdict, String start, String separator) {
    return verdict.reasons().isEmpty() ? "" : start + String.join(separator, verdict.reasons());
  }

  private @Nullable PublishedTwin twin(
      @Nullable PublishedModel published, EvaluationSources sources, IdTable itemIds)
      throws IOException {
    return published == null
            || published.trainedUntil() == null
            || published.obstacle(sources) != null
        ? null
        : PublishedTwin.open(store, published.directory(), published.trainedUntil(), itemIds);
  }

  private static @Nullable PublishedFigures comparison(
      @Nullable PublishedModel published,
      EvaluationSources sources,
      @Nullable PublishedTwin twin,
      SetEvaluator.EvaluatedSet test) {
    if (published == null) {
      return null;
    }
    String reason = published.obstacle(sources);
    if (reason == null && twin == null) {
      reason =
          "its item ids are of another type, texts or numbers, so no item is known to be the same";
    }
    if (reason == null && test.publishedRatings() == null && test.publishedRanking() == null) {
      reason = "no test rating is later than its training data";
    }
    return new PublishedFigures(
        published.model(),
        published.scoredModel(),
        test.publishedRatings(),
        test.publishedRanking(),
        reason);
  }

  private static @Nullable Double rmse(SetFigures set) {
    return set.ratings() == null ? null : set.ratings().rmse();
  }

  private static @Nullable Double ndcg(SetFigures set, String ranker) {
    Interval ndcg = set.ranking() == null ? null : set.ranking().ndcgAt10(ranker);
    return ndcg == null ? null : ndcg.value();
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
