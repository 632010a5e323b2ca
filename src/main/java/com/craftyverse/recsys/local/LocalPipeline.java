package com.craftyverse.recsys.local;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.evaluate.Interval;
import com.craftyverse.recsys.evaluate.RankingFigures;
import com.craftyverse.recsys.evaluate.RatingFigures;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.index.IndexResult;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.StepSettings;
import com.craftyverse.recsys.ingest.UploadSettings;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.ProgressListener;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.step.StepRequest;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainFigures;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainResult;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Runs every step for an upload, as the state machine does in the cloud, and logs and reports progress and
/// results.
final class LocalPipeline {
  private static final String REFIT = "refit";
  private static final String PUBLISH = "publish";

  /// The names of the steps, in their order.
  static final List<String> STEPS =
      List.of(
          StepName.INGEST.toString(),
          StepName.SPLIT.toString(),
          StepName.INDEX.toString(),
          StepName.TRAIN.toString(),
          StepName.EVALUATE.toString(),
          REFIT,
          PUBLISH);

  private static final System.Logger LOG = System.getLogger(LocalPipeline.class.getName());

  private final ObjectStore store;
  private final boolean refit;
  private final int keepVersions;
  private final PipelineListener listener;

  /// @param store the store that holds the uploads
  /// @param refit whether to retrain on all rows with the scored model's parameters and publish
  ///     that model
  /// @param keepVersions number of published models that stay in the store
  /// @param listener receives progress and results
  LocalPipeline(ObjectStore store, boolean refit, int keepVersions, PipelineListener listener) {
    this.store = store;
    this.refit = refit;
    this.keepVersions = keepVersions;
    this.listener = listener;
  }

  /// The outcome of an upload.
  ///
  /// @param upload the upload's key
  /// @param dataset its dataset
  /// @param index the directory of the published model's index, with a trailing slash
  /// @param model the directory of that model, with a trailing slash
  record Outcome(String upload, String dataset, String index, String model) {}

  /// A refitted model.
  private record Refit(IndexResult index, TrainResult train) {
    boolean cached() {
      return index.cached() && train.cached();
    }
  }

  /// What a step says of its result.
  ///
  /// @param cached whether an earlier run had done the work
  /// @param rows the number of rows that it processed, for the rate; 0 for no rate
  private record Summary(boolean cached, long rows, String text) {
    static Summary of(boolean cached, long rows, String format, Object... arguments) {
      return new Summary(cached, rows, String.format(Locale.ROOT, format, arguments));
    }
  }

  /// Runs the steps.
  ///
  /// @throws com.craftyverse.recsys.step.RequestException if a step refuses the upload
  Outcome run(ObjectInfo upload) throws IOException {
    return listener.listenTo(() -> runSteps(upload));
  }

  private Outcome runSteps(ObjectInfo upload) throws IOException {
    long start = System.nanoTime();
    log("upload    %s (%s)", upload.key(), size(upload.size()));
    requireValidSettings(upload);
    IngestResult ingest =
        step(
            StepName.INGEST.toString(),
            () -> new Ingest(store).ingestUpload(upload),
            result ->
                Summary.of(
                    result.cached(),
                    result.figures().ratings(),
                    "%,d %s, %,d items, dataset %s, version %s",
                    result.figures().ratings(),
                    result.figures().feedback(),
                    result.figures().items(),
                    result.dataset(),
                    result.version()));
    StepSettings settings = Objects.requireNonNull(ingest.settings());
    SplitResult split =
        step(
            StepName.SPLIT.toString(),
            () ->
                new Split(store)
                    .run(request(settings.split(), ingest.manifest(), SplitRequest.class)),
            result ->
                Summary.of(
                    result.cached(),
                    result.figures().ratings(),
                    "%,d train, %,d test, %,d validation rows%s",
                    result.figures().trainRows(),
                    result.figures().testRows(),
                    result.figures().validationRows(),
                    result.figures().trainThreshold() != null ? " by time" : ""));
    IndexResult index =
        step(
            StepName.INDEX.toString(),
            () ->
                new Index(store)
                    .run(request(settings.index(), split.manifest(), IndexRequest.class)),
            result ->
                Summary.of(
                    result.cached(),
                    split.figures().ratings(),
                    "%,d users × %,d items; %,d test and %,d validation rows have known users and"
                        + " items",
                    result.figures().users(),
                    result.figures().items(),
                    result.figures().testRows(),
                    result.figures().validationRows()));
    TrainResult train =
        step(
            StepName.TRAIN.toString(),
            () ->
                new Train(store)
                    .run(request(settings.train(), index.manifest(), TrainRequest.class)),
            result -> summary(result.cached(), result.figures()));
    EvaluateResult evaluate =
        step(
            StepName.EVALUATE.toString(),
            () ->
                new Evaluate(store)
                    .run(request(settings.evaluate(), train.model(), EvaluateRequest.class)),
            result -> new Summary(result.cached(), 0, summary(result.figures())));
    String scores = summary(evaluate.figures());
    listener.onEvaluated(evaluate, scores);
    String servedIndex = index.manifest();
    String served = train.model();
    if (refit && evaluate.figures().publishable()) {
      Refit refitted = refit(split, settings, train);
      servedIndex = refitted.index.manifest();
      served = refitted.train.model();
    } else {
      listener.onStepSkipped(REFIT);
    }
    publish(ingest.dataset(), served);
    String model = ObjectKeys.directoryOf(served);
    log("done      in %s: %s", Progress.duration((System.nanoTime() - start) / 1e9), scores);
    log("          the model is in %s/%s", store.location(), model);
    log("          its report is %s/%s", store.location(), evaluate.report());
    return new Outcome(upload.key(), ingest.dataset(), ObjectKeys.directoryOf(servedIndex), model);
  }

  /// Trains on all rows with the parameters of the scored model.
  private Refit refit(SplitResult split, StepSettings settings, TrainResult scored)
      throws IOException {
    return step(
        REFIT,
        () -> {
          ObjectNode allRows = settings.index().deepCopy().put("rows", Rows.ALL.toString());
          IndexResult all =
              new Index(store).run(request(allRows, split.manifest(), IndexRequest.class));
          return new Refit(
              all, new Train(store).run(TrainRequest.refit(all.manifest(), scored.model())));
        },
        result ->
            Summary.of(
                result.cached(),
                result.train.figures().trainRatings() * epochs(result.train.figures()),
                "all %,d %s of %,d users × %,d items, %d epochs with the parameters of the scored"
                    + " model %s",
                result.train.figures().trainRatings(),
                result.index.figures().feedback(),
                result.index.figures().users(),
                result.index.figures().items(),
                epochs(result.train.figures()),
                scored.figures().modelId()));
  }

  /// Returns the number of epochs of the rating model, or of the ranking model if it is the only one.
  private static int epochs(TrainFigures figures) {
    return figures.ranking() == null || figures.epochs() > 0
        ? figures.epochs()
        : figures.ranking().epochs();
  }

  private static Summary summary(boolean cached, TrainFigures figures) {
    long rows = figures.trainRatings() * epochs(figures);
    return figures.epochs() == 0
        ? Summary.of(
            cached,
            rows,
            "%,d choices, %d epochs of the ranking model",
            figures.trainRatings(),
            epochs(figures))
        : Summary.of(
            cached,
            rows,
            "%,d ratings, %d epochs, kept epoch %d",
            figures.trainRatings(),
            figures.epochs(),
            figures.bestEpoch());
  }

  /// Returns the request to run a step on a manifest with the settings of the upload.
  private static <T> T request(ObjectNode settings, String manifest, Class<T> type)
      throws IOException {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("manifest", manifest);
    request.set(StepRequest.SETTINGS, settings);
    return RequestJson.decode(request, type);
  }

  /// Checks the settings before the first step takes its time.
  private void requireValidSettings(ObjectInfo upload) throws IOException {
    UploadSettings settings = UploadSettings.of(store, upload.key());
    requireFields("split", settings.split(), SplitRequest.class);
    requireFields("index", settings.index(), IndexRequest.class);
    requireFields("train", settings.train(), TrainRequest.class);
    requireFields("evaluate", settings.evaluate(), EvaluateRequest.class);
  }

  private static void requireFields(String part, @Nullable ObjectNode settings, Class<?> type)
      throws IOException {
    if (settings != null) {
      try {
        RequestJson.requireFields(settings, type);
      } catch (RequestException e) {
        throw RequestException.invalid(StoreLayout.SETTINGS + ", " + part + ": " + e.getMessage());
      }
    }
  }

  /// Runs a step, logs its summary and reports both.
  private <T> T step(String name, ProgressListener.Work<T> work, Function<T, Summary> summarize)
      throws IOException {
    listener.onStepStarted(name);
    long start = System.nanoTime();
    T result = work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    Summary summary = summarize.apply(result);
    logStep(name, summary, seconds);
    listener.onStepDone(name, summary.cached, seconds, summary.text);
    return result;
  }

  /// Publishes the model unless it was published before. An upload that arrives again, perhaps late and
  /// out of order, must not replace a newer model.
  ///
  /// @param manifest the model's manifest
  private void publish(String dataset, String manifest) throws IOException {
    PublishResult publish =
        step(
            PUBLISH,
            () -> new Publish(store, keepVersions).run(new PublishRequest(manifest, false)),
            result -> new Summary(result.cached(), 0, summary(dataset, result)));
    PublishResult.Summary verdict = publish.verdict();
    if (verdict != null && !verdict.reasons().isEmpty()) {
      LOG.log(
          verdict.decision() == Verdict.Decision.ACCEPTED ? Level.INFO : Level.WARNING,
          () -> "verdict   " + verdict.decision() + ": " + String.join("; ", verdict.reasons()));
    }
    listener.onPublished(publish, publish.published());
  }

  private static String summary(String dataset, PublishResult publish) {
    if (!publish.published() && publish.verdict() != null) {
      return "refused: "
          + dataset
          + (publish.model() == null
              ? " has no model yet"
              : " keeps predicting with model " + publish.model());
    }
    if (!publish.published()) {
      return "skipped: "
          + dataset
          + " had this model and has replaced it; POST its manifest to /publish to bring it back";
    }
    return dataset
        + (publish.cached() ? " predicts with model " : " now predicts with model ")
        + publish.model()
        + (publish.scoredModel() == null
            ? ""
            : ", which has the parameters of the scored model " + publish.scoredModel());
  }

  private static void logStep(String step, Summary summary, double seconds) {
    String timing =
        summary.cached
            ? "already done"
            : summary.rows > 0
                ? "in "
                    + Progress.duration(seconds)
                    + ", "
                    + Progress.rate(summary.rows / seconds)
                    + " rows/s"
                : "in " + Progress.duration(seconds);
    log("%-9s %s (%s)", step, summary.text, timing);
  }

  /// Summarizes the quality for a reader: recommendations first, then predicted ratings.
  private static String summary(EvaluateFigures figures) {
    List<String> parts = new ArrayList<>();
    RankingFigures ranking = figures.test().ranking();
    if (ranking != null) {
      ranking.rankers().keySet().forEach(ranker -> addNdcg(ranking, ranker, parts));
    }
    RatingFigures ratings = figures.test().ratings();
    if (ratings != null) {
      parts.add(
          String.format(
              Locale.ROOT,
              "test RMSE %.4f on %,d ratings, biases alone %.4f",
              ratings.rmse(),
              ratings.ratings(),
              ratings.baselineRmse()));
    }
    return parts.isEmpty() ? String.valueOf(figures.test().reason()) : String.join(", ", parts);
  }

  private static void addNdcg(RankingFigures ranking, String ranker, List<String> parts) {
    Interval ndcg = ranking.ndcgAt10(ranker);
    if (ndcg != null) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%s %.4f",
              parts.isEmpty() ? "test NDCG@10 by " + ranker : ranker,
              ndcg.value()));
    }
  }

  private static String size(long bytes) {
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  static void log(String format, Object... arguments) {
    LOG.log(Level.INFO, () -> String.format(Locale.ROOT, format, arguments));
  }
}
