package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Measures predictions for new users: those of the test and the validation set without a training
/// rating. Each is folded in from the earlier half of their ratings, and the later half is predicted.
///
/// Pass a ratings file and a directory for the store. The penalty is chosen on the validation users; the
/// test users only report.
public final class FoldInAccuracy {
  private FoldInAccuracy() {}

  /// @param arguments the ratings file, the directory
  public static void main(String[] arguments) throws IOException {
    Path upload = Path.of(arguments[0]);
    LocalObjectStore store = new LocalObjectStore(Path.of(arguments[1]));
    Path copy = store.newTempFile();
    Files.write(copy, Files.readAllBytes(upload));
    String key = "raw/accuracy/" + upload.getFileName();
    store.put(key, copy);
    String split =
        new Split(store)
            .run(SplitRequest.of(new Ingest(store).run(IngestRequest.of(key)).manifest()))
            .manifest();
    String index = new Index(store).run(IndexRequest.of(split)).manifest();
    String trained = new Train(store).run(TrainRequest.of(index)).manifest();
    EvaluateResult evaluated = new Evaluate(store).run(EvaluateRequest.of(trained));
    new Publish(store).run(new PublishRequest(evaluated.manifest()));
    ServedModel model =
        ServedModel.load(store, CurrentModel.find(store, "accuracy").orElseThrow().current());
    print(
        "known users of the test set: RMSE %.4f",
        Objects.requireNonNull(evaluated.figures().testRmse()));
    String directory = ObjectKeys.directoryOf(split);
    Map<Integer, List<RatedItem>> validation =
        newcomers(store, directory + StoreLayout.VALIDATION, model);
    printErrors("validation", model, validation);
    choose(model, validation);
    printErrors("test", model, newcomers(store, directory + StoreLayout.TEST, model));
  }

  /// A rating of a known item.
  private record RatedItem(int item, float rating, long timestamp) {}

  private static Map<Integer, List<RatedItem>> newcomers(
      LocalObjectStore store, String key, ServedModel model) throws IOException {
    Map<Integer, List<RatedItem>> users = new TreeMap<>();
    try (FetchedObject fetched = store.fetch(key);
        ArrowFile file = ArrowFile.open(fetched.path(), key)) {
      file.require(Schemas.RATINGS);
      for (RecordBatch batch : file.batches()) {
        IntColumn userIds = batch.ints("userId");
        IntColumn itemIds = batch.ints("itemId");
        FloatColumn ratings = batch.floats("rating");
        LongColumn timestamps = batch.longs("timestamp");
        for (int i = 0; i < batch.rows(); i++) {
          int userId = userIds.get(i);
          int item = model.catalog().itemOf(Id.of(itemIds.get(i)));
          if (item >= 0 && model.users().rowOf(Id.of(userId)) < 0) {
            users
                .computeIfAbsent(userId, _ -> new ArrayList<>())
                .add(new RatedItem(item, ratings.get(i), timestamps.get(i)));
          }
        }
      }
    }
    users.values().removeIf(ratings -> ratings.size() < 2);
    users
        .values()
        .forEach(
            ratings ->
                ratings.sort(
                    Comparator.comparingLong(RatedItem::timestamp)
                        .thenComparingInt(RatedItem::item)));
    return users;
  }

  private static void printErrors(
      String set, ServedModel model, Map<Integer, List<RatedItem>> users) {
    long pairs = users.values().stream().mapToLong(r -> r.size() - r.size() / 2).sum();
    print("%s: %,d new users, %,d ratings to predict", set, users.size(), pairs);
    print("  the items' averages alone: RMSE %.4f", rmse(model, null, users));
    print("  folded in:                  RMSE %.4f", rmse(model, model.foldIn(), users));
  }

  /// Prints the errors with other penalties.
  private static void choose(ServedModel model, Map<Integer, List<RatedItem>> users) {
    for (double prior : new double[] {0, 5, 10, 20, 50}) {
      for (double times : new double[] {.5, 1, 2}) {
        RatingFoldIn foldIn =
            new RatingFoldIn(
                model.card(),
                model.catalog().factors(),
                times * model.foldIn().regularization(),
                times * model.foldIn().biasRegularization(),
                prior);
        print("  c = %2.0f, λ × %3.1f: RMSE %.4f", prior, times, rmse(model, foldIn, users));
      }
    }
  }

  private static double rmse(
      ServedModel model, @Nullable RatingFoldIn foldIn, Map<Integer, List<RatedItem>> users) {
    ItemFactors items = model.catalog().factors();
    float mean = model.card().globalMean();
    double squares = 0;
    long pairs = 0;
    for (List<RatedItem> ratings : users.values()) {
      int half = ratings.size() / 2;
      Map<Integer, Float> first = new TreeMap<>();
      ratings.subList(0, half).forEach(each -> first.put(each.item, each.rating));
      History history = new History(new int[first.size()], new float[first.size()]);
      int i = 0;
      for (var each : first.entrySet()) {
        history.items()[i] = each.getKey();
        history.ratings()[i++] = each.getValue();
      }
      RatingFoldIn.UserEmbedding embedding =
          foldIn == null
              ? new RatingFoldIn.UserEmbedding(new float[items.factors()], 0)
              : foldIn.foldIn(history);
      float[] vector = items.padded(embedding.vector());
      for (RatedItem rated : ratings.subList(half, ratings.size())) {
        double error =
            rated.rating
                - model.card().clip(items.score(mean + embedding.bias(), vector, rated.item));
        squares += error * error;
        pairs++;
      }
    }
    return Math.sqrt(squares / pairs);
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
