package com.craftyverse.recsys.local;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.evaluate.Interval;
import com.craftyverse.recsys.evaluate.RankingFigures;
import com.craftyverse.recsys.evaluate.RatingFigures;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.index.IndexResult;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainFigures;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainResult;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Runs every step for an upload, as the state machine does in the cloud, and logs progress and
/// results.
final class LocalPipeline {
  private static final System.Logger LOG = System.getLogger(LocalPipeline.class.getName());

  private final ObjectStore store;
  private final boolean refit;

  /// @param store the store that holds the uploads
  /// @param refit whether to retrain on all rows with the scored model's parameters and publish
  /// that model
  LocalPipeline(ObjectStore store, boolean refit) {
    this.store = store;
    this.refit = refit;
  }

  /// The outcome of an upload.
  ///
  /// @param upload the upload's key
  /// @param dataset its dataset
  /// @param index the directory of the published model's index, with a trailing slash
  /// @param model the directory of that model, with a trailing slash
  record Outcome(String upload, String dataset, String index, String model) {}

  /// Runs the steps.
  ///
  /// @throws com.craftyverse.recsys.step.RequestException if a step refuses the upload
  Outcome run(ObjectInfo upload) throws IOException {
    long start = System.nanoTime();
    log("upload    %s (%s)", upload.key(), size(upload.size()));

    long stepStart = System.nanoTime();
    IngestResult ingest = new Ingest(store).ingestUpload(upload);
    logStep(
        "ingest",
        ingest.cached(),
        stepStart,
        ingest.figures().ratings(),
        String.format(
            Locale.ROOT,
            "%,d ratings, %,d items, dataset %s, version %s",
            ingest.figures().ratings(),
            ingest.figures().items(),
            ingest.dataset(),
            ingest.version()));

    stepStart = System.nanoTime();
    SplitResult split = new Split(store).run(SplitRequest.of(ingest.manifest()));
    logStep(
        "split",
        split.cached(),
        stepStart,
        split.figures().ratings(),
        String.format(
            Locale.ROOT,
            "%,d train, %,d test, %,d validation rows by time",
            split.figures().trainRows(),
            split.figures().testRows(),
            split.figures().validationRows()));

    stepStart = System.nanoTime();
    IndexResult index = new Index(store).run(IndexRequest.of(split.manifest()));
    logStep(
        "index",
        index.cached(),
        stepStart,
        split.figures().ratings(),
        String.format(
            Locale.ROOT,
            "%,d users × %,d items; %,d test and %,d validation rows have known users and"
                + " items",
            index.figures().users(),
            index.figures().items(),
            index.figures().testRows(),
            index.figures().validationRows()));

    stepStart = System.nanoTime();
    TrainResult train = new Train(store).run(TrainRequest.of(index.manifest()));
    TrainFigures trainFigures = train.figures();
    logStep(
        "train",
        train.cached(),
        stepStart,
        trainFigures.trainRatings() * trainFigures.epochs(),
        String.format(
            Locale.ROOT,
            "%,d ratings, %d epochs, kept epoch %d",
            trainFigures.trainRatings(),
            trainFigures.epochs(),
            trainFigures.bestEpoch()));

    stepStart = System.nanoTime();
    EvaluateResult evaluate = new Evaluate(store).run(EvaluateRequest.of(train.model()));
    String errors = summary(evaluate.figures());
    logStep("evaluate", evaluate.cached(), stepStart, 0, errors);

    String servedIndex = index.manifest();
    String served = train.model();
    if (refit) {
      stepStart = System.nanoTime();
      IndexResult all = new Index(store).run(IndexRequest.of(split.manifest(), Rows.ALL));
      TrainResult refitted =
          new Train(store).run(TrainRequest.refit(all.manifest(), train.model()));
      logStep(
          "refit",
          all.cached() && refitted.cached(),
          stepStart,
          refitted.figures().trainRatings() * refitted.figures().epochs(),
          String.format(
              Locale.ROOT,
              "all %,d ratings of %,d users × %,d items, %d epochs with the parameters of the"
                  + " scored model %s",
              refitted.figures().trainRatings(),
              all.figures().users(),
              all.figures().items(),
              refitted.figures().epochs(),
              trainFigures.modelId()));
      servedIndex = all.manifest();
      served = refitted.model();
    }

    publish(ingest.dataset(), served);
    String model = ObjectKeys.directoryOf(served);
    log("done      in %s: %s", Progress.duration((System.nanoTime() - start) / 1e9), errors);
    log("          the model is in %s/%s", store.location(), model);
    return new Outcome(upload.key(), ingest.dataset(), ObjectKeys.directoryOf(servedIndex), model);
  }

  /// Publishes the model unless it was published before. An upload that arrives again, perhaps late and
  /// out of order, must not replace a newer model.
  ///
  /// @param manifest the model's manifest
  private void publish(String dataset, String manifest) throws IOException {
    PublishResult publish = new Publish(store).run(new PublishRequest(manifest, false));
    boolean isCurrent =
        StoreLayout.modelDirectory(dataset, publish.model())
            .equals(ObjectKeys.directoryOf(manifest));
    if (!isCurrent) {
      log(
          "publish   skipped: %s had this model and has replaced it; POST its manifest to"
              + " /publish to bring it back",
          dataset);
    } else {
      log(
          publish.cached()
              ? "publish   %s predicts with model %s%s (already done)"
              : "publish   %s now predicts with model %s%s",
          dataset,
          publish.model(),
          publish.scoredModel() == null
              ? ""
              : ", which has the parameters of the scored model " + publish.scoredModel());
    }
  }

  private static void logStep(
      String step, boolean cached, long stepStart, long rows, String result) {
    double seconds = (System.nanoTime() - stepStart) / 1e9;
    String timing =
        cached
            ? "already done"
            : rows > 0
                ? "in "
                    + Progress.duration(seconds)
                    + ", "
                    + Progress.rate(rows / seconds)
                    + " rows/s"
                : "in " + Progress.duration(seconds);
    log("%-9s %s (%s)", step, result, timing);
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
