package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.RatingFigures;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.sample.Oracle;
import com.craftyverse.recsys.sample.SampleGenerator;
import com.craftyverse.recsys.sample.SampleSpec;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitRequestBuilder;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// Measures the accuracy of models through the whole chain of steps.
///
/// ```
/// AccuracyBenchmark STORE ZIP [fields]       five random folds of a MovieLens zip
/// AccuracyBenchmark STORE RATINGS [fields]   a random fifth of a generated set of that size, or `full`
/// ```
///
/// `fields` are fields of the train request, such as `"factors": 50, "model": "dot"`. Choose parameters by
/// the printed validation RMSE, on a random tenth of the training part; test RMSE is for reporting only. It
/// is given for rows of known users and items, as in `evaluate`, and for all rows, where the
/// others are predicted by the mean and the known bias. `refit` is the same for a second model, trained on the
/// validation rows as well, with what they selected. For a generated set, the
/// oracle's RMSE is that of a perfect model.
public final class AccuracyBenchmark {
  private static final int FOLDS = 5;
  private static final long SEED = 1;

  private AccuracyBenchmark() {}

  /// @param args a directory for the store; a zip file or a number of ratings; fields
  public static void main(String[] args) throws IOException {
    String fields = args.length > 2 ? args[2] : "";
    try (LocalObjectStore store = new LocalObjectStore(Path.of(args[0]))) {
      if (args[1].endsWith(".zip")) {
        folds(new LocalPipeline(store, fields), Path.of(args[1]));
      } else {
        generated(new LocalPipeline(store, fields), args[1]);
      }
    }
  }

  private static void folds(LocalPipeline chain, Path zip) throws IOException {
    String dataset = chain.ingest("folds", zip);
    double validation = 0;
    double known = 0;
    double all = 0;
    double refitKnown = 0;
    double refitAll = 0;
    double baseline = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      Result result = chain.run(SplitRequest.kfold(dataset, FOLDS, fold, SEED));
      Result refit = chain.refit(result);
      System.out.printf(
          Locale.ROOT,
          "fold %d: %s; refit %.4f, %.4f on all%n",
          fold,
          result.text(),
          refit.knownRmse(),
          refit.allRmse());
      refitKnown += refit.knownRmse() / FOLDS;
      refitAll += refit.allRmse() / FOLDS;
      validation += result.validationRmse() / FOLDS;
      known += result.knownRmse() / FOLDS;
      all += result.allRmse() / FOLDS;
      baseline += result.test().baselineRmse() / FOLDS;
    }
    System.out.printf(
        Locale.ROOT,
        "mean of %d folds: validation %.4f, test %.4f on known users and items (biases alone"
            + " %.4f), %.4f on all rows; refit %.4f, %.4f on all rows%n",
        FOLDS,
        validation,
        known,
        baseline,
        all,
        refitKnown,
        refitAll);
  }

  private static void generated(LocalPipeline chain, String size) throws IOException {
    SampleSpec spec =
        size.equals("full")
            ? SampleSpec.full()
            : SampleSpec.ofRatings("generated", 1, Integer.parseInt(size));
    SampleGenerator generator = new SampleGenerator(spec);
    Path zip = chain.store.newTempFile();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(zip))) {
      generator.writeZip(out, Runtime.getRuntime().availableProcessors(), _ -> {});
    }
    String dataset = chain.ingest("generated-" + size, zip);
    Result result =
        chain.run(
            SplitRequestBuilder.builder().manifest(dataset).kind("random").seed(SEED).build());
    double oracle = result.oracleRmse(generator.oracle());
    double baseline = result.test().baselineRmse();
    System.out.println(result.text());
    System.out.printf(
        Locale.ROOT,
        "oracle %.4f, biases alone %.4f, mean %.4f; the remaining gap is %.3f of that between oracle"
            + " and biases%n",
        oracle,
        baseline,
        result.test().globalMeanRmse(),
        (result.knownRmse() - oracle) / (baseline - oracle));
  }

  /// Runs the steps from an upload to an evaluated model.
  private static final class LocalPipeline {
    final LocalObjectStore store;
    private final String fields;

    LocalPipeline(LocalObjectStore store, String fields) {
      this.store = store;
      this.fields = fields;
    }

    String ingest(String dataset, Path zip) throws IOException {
      String key = StoreLayout.RAW + dataset + ".zip";
      Path copy = store.newTempFile();
      Files.copy(zip, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      store.put(key, copy);
      return Objects.requireNonNull(new Ingest(store).run(IngestRequest.of(key)).manifest());
    }

    Result run(SplitRequest request) throws IOException {
      String split = new Split(store).run(request).manifest();
      String index = new Index(store).run(IndexRequest.of(split)).manifest();
      String json =
          "{\"manifest\": \"" + index + "\"" + (fields.isEmpty() ? "" : ", " + fields) + "}";
      TrainResult trained =
          new Train(store)
              .run(RequestJson.decode(json.getBytes(StandardCharsets.UTF_8), TrainRequest.class));
      return new Result(store, split, trained, evaluate(trained));
    }

    /// Trains with the parameters of a model on the training and validation rows.
    Result refit(Result scored) throws IOException {
      String index =
          new Index(store)
              .run(IndexRequest.of(scored.split(), Rows.TRAIN_AND_VALIDATION))
              .manifest();
      TrainResult trained =
          new Train(store).run(TrainRequest.refit(index, scored.trained().model()));
      return new Result(store, scored.split(), trained, evaluate(trained));
    }

    private EvaluateFigures evaluate(TrainResult trained) throws IOException {
      return new Evaluate(store).run(EvaluateRequest.of(trained.model())).figures();
    }
  }

  /// A model and its test set before the index dropped rows.
  private record Result(
      LocalObjectStore store, String split, TrainResult trained, EvaluateFigures figures) {
    double validationRmse() {
      return Objects.requireNonNull(trained.figures().validationRmse());
    }

    double knownRmse() {
      return Objects.requireNonNull(figures.testRmse());
    }

    RatingFigures test() {
      return Objects.requireNonNull(figures.test().ratings());
    }

    long knownRows() {
      return test().ratings();
    }

    String text() throws IOException {
      return String.format(
          Locale.ROOT,
          "epoch %d of %d, %.1f s, %.1f M updates/s, validation %.4f, test %.4f on %,d known rows,"
              + " %.4f on all",
          trained.figures().bestEpoch(),
          trained.figures().epochs(),
          trained.figures().seconds(),
          trained.figures().updatesPerSecond() / 1e6,
          validationRmse(),
          knownRmse(),
          knownRows(),
          allRmse());
    }

    /// Returns the RMSE on all test rows. Unknown users or items are predicted by what is known of the
    /// other.
    double allRmse() throws IOException {
      ModelCard card = ModelCard.read(store, directory());
      Map<Integer, Float> users = biases(StoreLayout.USERS, "userId");
      Map<Integer, Float> items = biases(StoreLayout.ITEMS, "itemId");
      double[] sum = {knownRmse() * knownRmse() * knownRows()};
      long[] rows = {knownRows()};
      test(
          (user, item, rating, time) -> {
            if (!users.containsKey(user) || !items.containsKey(item)) {
              float bias = users.getOrDefault(user, 0f) + items.getOrDefault(item, 0f);
              double error = rating - card.clip(card.trainMean() + bias);
              sum[0] += error * error;
              rows[0]++;
            }
          });
      return Math.sqrt(sum[0] / rows[0]);
    }

    /// Returns the RMSE of a perfect model on the rows of known users and items.
    double oracleRmse(Oracle oracle) throws IOException {
      Map<Integer, Float> users = biases(StoreLayout.USERS, "userId");
      Map<Integer, Float> items = biases(StoreLayout.ITEMS, "itemId");
      double[] sum = {0};
      test(
          (user, item, rating, time) -> {
            if (users.containsKey(user) && items.containsKey(item)) {
              sum[0] += oracle.variance(user, item, time);
            }
          });
      return Math.sqrt(sum[0] / knownRows());
    }

    private String directory() {
      return ObjectKeys.directoryOf(trained.model());
    }

    private Map<Integer, Float> biases(String name, String id) throws IOException {
      Map<Integer, Float> biases = new HashMap<>();
      try (FetchedObject object = store.fetch(directory() + name);
          ArrowFile file = ArrowFile.open(object.path(), name)) {
        for (RecordBatch batch : file.batches()) {
          for (int row = 0; row < batch.rows(); row++) {
            biases.put(
                batch.data(id).getAtIndex(Buffers.INT32, row),
                batch.data("bias").getAtIndex(Buffers.FLOAT32, row));
          }
        }
      }
      return biases;
    }

    @FunctionalInterface
    private interface Visitor {
      void visit(int user, int item, float rating, long time);
    }

    private void test(Visitor visitor) throws IOException {
      String key = ObjectKeys.directoryOf(split) + StoreLayout.TEST;
      try (FetchedObject object = store.fetch(key);
          ArrowFile file = ArrowFile.open(object.path(), key)) {
        for (RecordBatch batch : file.batches()) {
          IntColumn users = batch.ints("userId");
          IntColumn items = batch.ints("itemId");
          FloatColumn ratings = batch.floats("rating");
          LongColumn times = batch.longs("timestamp");
          for (int row = 0; row < batch.rows(); row++) {
            visitor.visit(users.get(row), items.get(row), ratings.get(row), times.get(row));
          }
        }
      }
    }
  }
}
