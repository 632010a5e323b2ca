package com.craftyverse.recsys.spark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/// The ratings of a dataset: `user, item, rating, time, position` with codes for ids. Of several ratings of an
/// item by a user, the latest is there; of the same second, the last one in the upload.
///
/// @param users the codes of the users
/// @param items the codes of the items
/// @param rows the ratings, persisted
/// @param count their number
/// @param duplicates ratings that later ones replaced
/// @param scale the declared scale, MovieLens', or the range of the ratings
/// @param range users, items, ratings and times from the smallest to the largest
record Ratings(
    Upload upload,
    Ids users,
    Ids items,
    Dataset<Row> rows,
    long count,
    long duplicates,
    Scale scale,
    Row range) {
  /// Drops the duplicates of an upload, and numbers its ids.
  static Ratings of(Upload upload) {
    Layout layout = upload.layout();
    Dataset<Row> latest =
        upload
            .rows()
            .groupBy("user", "item")
            .agg(
                functions.max(functions.struct("time", "position", "rating")).as("latest"),
                functions.count(functions.lit(1)).as("copies"))
            .select("user", "item", "latest.rating", "latest.time", "latest.position", "copies");
    boolean isCoded = layout.users() != IdKind.INT32 || layout.items() != IdKind.INT32;
    if (isCoded) {
      latest = latest.persist(StorageLevel.MEMORY_AND_DISK());
    }
    Ids users = Ids.of(latest, "user", layout.users());
    Ids items = Ids.of(latest, "item", layout.items());
    Dataset<Row> rows =
        items
            .encode(users.encode(latest))
            .select("user", "item", "rating", "time", "position", "copies")
            .persist(StorageLevel.MEMORY_AND_DISK());
    Row range =
        rows.agg(
                functions.count(functions.lit(1)),
                functions.sum("copies"),
                functions.min("user"),
                functions.max("user"),
                functions.min("item"),
                functions.max("item"),
                functions.min("rating"),
                functions.max("rating"),
                functions.min("time"),
                functions.max("time"),
                functions.min(functions.expr("cast(rating = floor(rating) as int)")),
                functions.min(functions.expr("cast(2 * rating = floor(2 * rating) as int)")))
            .first();
    long count = range.getLong(0);
    if (count == 0) {
      throw new RefusedException("the upload has no ratings");
    }
    return new Ratings(
        upload,
        users,
        items,
        rows.drop("copies"),
        count,
        range.getLong(1) - count,
        layout.scale() == null ? scale(range) : layout.scale(),
        range);
  }

  private static Scale scale(Row range) {
    double min = Double.parseDouble(Float.toString(range.getFloat(6)));
    double max = Double.parseDouble(Float.toString(range.getFloat(7)));
    Double step = range.getInt(10) == 1 ? Double.valueOf(1) : range.getInt(11) == 1 ? 0.5 : null;
    return new Scale(min, max, step == null || step > max - min ? null : step);
  }

  boolean hasTimes() {
    return upload.layout().time() != Layout.Time.NONE;
  }

  /// Returns the figures of the dataset's manifest.
  Map<String, Object> figures() {
    Map<String, Object> figures = new TreeMap<>();
    Map<Integer, Object> userIds = users.find(List.of(range.getInt(2), range.getInt(3)));
    Map<Integer, Object> itemIds = items.find(List.of(range.getInt(4), range.getInt(5)));
    figures.put("layout", upload.layout().name());
    figures.put("format", upload.layout().json());
    figures.put("feedback", "ratings");
    figures.put("ratings", count);
    figures.put("items", upload.items().size());
    figures.put("tags", 0);
    figures.put("links", 0);
    figures.put("minUserId", userIds.get(range.getInt(2)));
    figures.put("maxUserId", userIds.get(range.getInt(3)));
    figures.put("minItemId", itemIds.get(range.getInt(4)));
    figures.put("maxItemId", itemIds.get(range.getInt(5)));
    figures.put("minRating", range.getFloat(6));
    figures.put("maxRating", range.getFloat(7));
    figures.put("scale", scale.json());
    figures.put("minTimestamp", hasTimes() ? range.getLong(8) : 0L);
    figures.put("maxTimestamp", range.getLong(9));
    figures.put("uploadBytes", upload.bytes());
    figures.put("duplicates", duplicates);
    figures.put("missingRatings", upload.missing());
    figures.put("badRows", upload.badRows());
    figures.put("badRowExamples", List.of());
    figures.put("sideFileProblems", upload.descriptions().skipped());
    figures.put("sideFileProblemExamples", upload.descriptions().examples());
    figures.put("skippedFiles", List.of());
    return figures;
  }
}
