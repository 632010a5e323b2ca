package com.craftyverse.recsys.local;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Logs example commands that query a new model, with ids that it knows.
@ApplicationScoped
class CurlExamples {
  private static final int ITEMS = 3;

  private final ObjectStore store;
  private final int port;

  CurlExamples(ObjectStore store, @ConfigProperty(name = "quarkus.http.port") int port) {
    this.store = store;
    this.port = port;
  }

  /// Logs how to query the model that the chain produced.
  void log(LocalPipeline.Outcome outcome) throws IOException {
    int[] userRatings = column(outcome.index() + StoreLayout.USERS, "ratings");
    IdTable userIds = ids(outcome.index() + StoreLayout.USERS, Schemas.USER_ID);
    int[] itemRatings = column(outcome.index() + StoreLayout.ITEMS, "ratings");
    IdTable itemIds = ids(outcome.index() + StoreLayout.ITEMS, Schemas.ITEM_ID);
    List<String> items =
        largest(itemRatings, ITEMS).stream().map(item -> argument(itemIds.id(item))).toList();
    String dataset = "\"dataset\":\"" + outcome.dataset() + "\"";
    String user =
        dataset + ",\"userId\":" + argument(userIds.id(largest(userRatings, 1).getFirst()));
    String itemIdList = ",\"itemIds\":" + "[" + String.join(",", items) + "]";
    LocalPipeline.log("Try:");
    RatingScale scale = ModelCard.read(store, outcome.model()).scale();
    logCommand(
        "predict",
        user + itemIdList,
        "the most active user, the most " + (scale == null ? "chosen" : "rated") + " items");
    logCommand("recommend", user + ",\"n\":5,\"explain\":true", "what they would like, and why");
    logCommand("similar", dataset + ",\"itemId\":" + items.getFirst(), "the items nearest to one");
    logCommand(
        "foldIn",
        dataset
            + ",\"ratings\":[{\"itemId\":"
            + items.getFirst()
            + (scale == null ? "" : ",\"rating\":" + number(scale.max()))
            + "}]",
        "recommendations for a new user, from one " + (scale == null ? "choice" : "rating"));
    logCommand("popular", dataset + ",\"n\":5", "what most users chose lately");
    logCommand(
        "history",
        user + ",\"n\":5",
        scale == null ? "what they chose last" : "what they rated last");
    logCommand("items", dataset + ",\"query\":\"the\",\"n\":5", "search titles and ids");
    logCommand(
        "ingest",
        "\"key\":\"" + outcome.upload() + "\"",
        "one step by hand; this one is already done");
  }

  private void logCommand(String function, String fields, String comment) {
    LocalPipeline.log(
        "  curl -s localhost:%d/%s -d '{%s}'   # %s", port, function, fields, comment);
  }

  /// Returns the rows with the largest counts, largest first.
  private static List<Integer> largest(int[] counts, int rows) {
    return IntStream.range(0, counts.length)
        .boxed()
        .sorted(Comparator.comparingInt((Integer row) -> -counts[row]))
        .limit(rows)
        .toList();
  }

  private IdTable ids(String key, String column) throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, key)) {
      return IdTable.read(file, column);
    }
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /// Returns an id as JSON within the single quotes of a shell.
  private static String argument(Id id) {
    return id.json().replace("'", "'\\''");
  }

  private int[] column(String key, String name) throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, key)) {
      int[] values = new int[0];
      for (RecordBatch batch : file.batches()) {
        int[] part = batch.ints(name).toArray();
        int length = values.length;
        values = Arrays.copyOf(values, length + part.length);
        System.arraycopy(part, 0, values, length, part.length);
      }
      return values;
    }
  }
}
