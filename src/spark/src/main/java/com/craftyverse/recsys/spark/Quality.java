package com.craftyverse.recsys.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/// The report on the data, `quality.json`: the numbers of the pipeline's report.
final class Quality {
  private static final int SAMPLE_ROWS = 5;
  private static final int SAMPLE_IDS = 15;
  private static final String WARM = "userIndex is not null and itemIndex is not null";

  private Quality() {}

  /// What is known of a set of the split.
  ///
  /// @param rows `user, item, rating, time, position, userIndex, itemIndex`; null for a set that the model learns
  ///     from
  private record SetReport(
      long rows, long unknownUsers, long unknownItems, List<Row> raw, List<Row> mapped) {
    static final SetReport NONE = new SetReport(0, 0, 0, List.of(), List.of());

    static SetReport of(Dataset<Row> rows) {
      Row counts =
          rows.agg(
                  functions.count(functions.lit(1)),
                  functions.sum(functions.expr("cast(userIndex is null as long)")),
                  functions.sum(
                      functions.expr("cast(userIndex is not null and itemIndex is null as long)")))
              .first();
      return new SetReport(
          counts.getLong(0),
          counts.isNullAt(1) ? 0 : counts.getLong(1),
          counts.isNullAt(2) ? 0 : counts.getLong(2),
          Index.first(rows, "position", SAMPLE_ROWS),
          Index.first(rows.filter(WARM), "position", SAMPLE_ROWS));
    }

    /// Reports on the training set, in which no user and no item is unknown.
    static SetReport ofTraining(Dataset<Row> training, Index index) {
      List<Row> first =
          Index.first(
              index.map(training.orderBy("position").limit(SAMPLE_ROWS)), "position", SAMPLE_ROWS);
      long rows = index.users().agg(functions.sum("ratings")).first().getLong(0);
      return new SetReport(rows, 0, 0, first, first);
    }

    long warm() {
      return rows - unknownUsers - unknownItems;
    }

    Map<String, Object> json(Ratings ratings) {
      Map<Integer, Object> users = ratings.users().find(codes(raw, 0));
      Map<Integer, Object> items = ratings.items().find(codes(raw, 1));
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("rows", rows);
      json.put("unknownUserRows", unknownUsers);
      json.put("unknownItemRows", unknownItems);
      json.put("afterUnknownUsersRemoved", rows - unknownUsers);
      json.put("afterUnknownItemsRemoved", warm());
      List<Object> before = new ArrayList<>();
      for (Row row : raw) {
        before.add(
            map(
                "userId", users.get(row.getInt(0)),
                "itemId", items.get(row.getInt(1)),
                "rating", row.getFloat(2),
                "timestamp", row.getLong(3)));
      }
      json.put("first5Before", before);
      List<Object> after = new ArrayList<>();
      for (Row row : mapped) {
        after.add(
            map(
                "user", row.getInt(5),
                "item", row.getInt(6),
                "rating", row.getFloat(2),
                "timestamp", row.getLong(3)));
      }
      json.put("first5", after);
      return json;
    }
  }

  private static List<Integer> codes(List<Row> rows, int column) {
    return rows.stream().map(row -> row.getInt(column)).toList();
  }

  private static Map<String, Object> map(Object... entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }

  /// A report, and the numbers of held-out rows whose user and item are in training.
  record Report(Map<String, Object> json, long testRows, long validationRows) {}

  /// Makes the report of an index.
  ///
  /// @param held the test and validation sets, mapped to indices; empty for an index of all rows
  static Report of(
      String dataset, Ratings ratings, Split split, Index index, List<Dataset<Row>> held) {
    boolean all = held.isEmpty();
    Dataset<Row> training = all ? ratings.rows() : split.set(Split.TRAIN);
    SetReport train = SetReport.ofTraining(training, index);
    SetReport test = all ? SetReport.NONE : SetReport.of(held.get(0));
    SetReport validation = all ? SetReport.NONE : SetReport.of(held.get(1));
    List<Row> users = Index.first(index.users(), "index", SAMPLE_IDS);
    List<Row> items = Index.first(index.items(), "index", SAMPLE_IDS);
    int userAt = index.users().schema().fieldIndex("user");
    int itemAt = index.items().schema().fieldIndex("item");
    int lastUser = last(index.users(), "user");
    int lastItem = last(index.items(), "item");
    Map<Integer, Object> userIds =
        ratings
            .users()
            .find(Stream.concat(codes(users, userAt).stream(), Stream.of(lastUser)).toList());
    Map<Integer, Object> itemIds =
        ratings
            .items()
            .find(Stream.concat(codes(items, itemAt).stream(), Stream.of(lastItem)).toList());
    double mean =
        training.agg(functions.sum(functions.col("rating").cast("double"))).first().getDouble(0);
    if (!Double.isFinite(mean)) {
      throw new IllegalStateException("a training rating is no finite number");
    }
    long[] expected = all ? new long[] {split.ratings(), 0, 0} : split.sizes();
    if (train.rows != expected[Split.TRAIN]
        || test.rows != expected[Split.TEST]
        || validation.rows != expected[Split.VALIDATION]) {
      throw new IllegalStateException(
          "the indexed sets have other numbers of rows than the split: "
              + List.of(train.rows, test.rows, validation.rows)
              + ", expected "
              + Arrays.toString(expected));
    }
    long optimized = (long) index.userCount() * index.itemCount();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("dataset", dataset);
    json.put("rows", all ? "all" : "train");
    json.put("ratings", split.ratings());
    json.put(
        "sets",
        map(
            "train", share(train.rows, split.ratings()),
            "test", share(test.rows, split.ratings()),
            "validation", share(validation.rows, split.ratings())));
    if (split.thresholds() != null) {
      json.put("trainThreshold", split.thresholds()[0]);
      json.put("testThreshold", split.thresholds()[1]);
    }
    json.put("trainUsers", index.userCount());
    json.put("trainItems", index.itemCount());
    json.put("firstUserIds", codes(users, userAt).stream().map(userIds::get).toList());
    json.put("firstItemIds", codes(items, itemAt).stream().map(itemIds::get).toList());
    json.put("minUserId", userIds.get(users.get(0).getInt(userAt)));
    json.put("maxUserId", userIds.get(lastUser));
    json.put("minItemId", itemIds.get(items.get(0).getInt(itemAt)));
    json.put("maxItemId", itemIds.get(lastItem));
    if (ratings.users().kind() == IdKind.INT32 && ratings.items().kind() == IdKind.INT32) {
      long userSpan = lastUser + 1L;
      long original = userSpan * (lastItem + 1L);
      json.put("emptyUserRowsAvoided", userSpan - index.userCount());
      json.put("originalElements", original);
      json.put("savedPercent", Math.round(1000.0 * (original - optimized) / original) / 10.0);
    }
    json.put("optimizedElements", optimized);
    json.put("density", index.density());
    json.put("trainMeanRating", mean / index.rows());
    json.put("train", train.json(ratings));
    json.put("test", test.json(ratings));
    json.put("validation", validation.json(ratings));
    Map<String, Object> checks = new LinkedHashMap<>();
    if (split.thresholds() != null && !all) {
      checks.put("noLeakageInTime", "every set's timestamps lie within its thresholds");
    }
    checks.put(
        "indicesInRange", "0 to users - 1 and 0 to items - 1, by construction of the mapping");
    checks.put("dimensions", "rows agree with the split's manifest");
    checks.put("noNaN", "every training rating is a finite number");
    json.put("checks", checks);
    return new Report(json, test.warm(), validation.warm());
  }

  private static int last(Dataset<Row> table, String column) {
    return table.agg(functions.max(column)).first().getInt(0);
  }

  private static Map<String, Object> share(long rows, long total) {
    return map("rows", rows, "percent", Math.round(10_000.0 * rows / total) / 100.0);
  }
}
