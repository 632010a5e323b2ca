package com.craftyverse.recsys.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/// A training set with dense indices: users and items are numbered from 0 in the order of their ids, as in the
/// pipeline.
///
/// @param users `user` (the code), `ratings`, `index`
/// @param items `item` (the code), `ratings`, `recentRatings`, `index`; recent are the ratings in the last
///     fifth of the training ratings by time
/// @param userCount number of users
/// @param itemCount number of items
/// @param rows the number of ratings
/// @param parts the parts of `seen.arrow`
/// @param ratings each user's ratings, every part in a partition of its own and in order
record Index(
    Dataset<Row> users,
    Dataset<Row> items,
    int userCount,
    int itemCount,
    long rows,
    Parts parts,
    JavaRDD<UserRatings> ratings) {
  /// Users in a block; a multiple of the users in a batch of `seen.arrow`.
  private static final int BLOCK = 1024;

  private static final double STARS_RANGE = 4.5;
  private static final double SEEN_BYTES = 16;
  private static final double RECENT = 0.8;

  /// Indexes the training ratings `user, item, rating, time, position`.
  static Index of(Dataset<Row> training, long rows) {
    double recentStart = Quantile.of(training, "time", RECENT)[0];
    Dataset<Row> users =
        Ids.numbered(
            training.groupBy("user").agg(functions.count(functions.lit(1)).as("ratings")),
            "user",
            "index");
    Column isRecent = functions.when(functions.col("time").gt(recentStart), 1).otherwise(0);
    Dataset<Row> items =
        Ids.numbered(
            training
                .groupBy("item")
                .agg(
                    functions.count(functions.lit(1)).as("ratings"),
                    functions.sum(isRecent).as("recentRatings")),
            "item",
            "index");
    int userCount = Limits.require("users", users.count());
    int itemCount = Limits.require("items", items.count());
    return of(training, users, items, userCount, itemCount, rows);
  }

  private static Index of(
      Dataset<Row> training,
      Dataset<Row> users,
      Dataset<Row> items,
      int userCount,
      int itemCount,
      long rows) {
    long[] blocks = new long[userCount / BLOCK + 1];
    for (Row row :
        users
            .groupBy(block(functions.col("index"), BLOCK).as("block"))
            .agg(functions.sum("ratings"))
            .collectAsList()) {
      blocks[row.getInt(0)] = row.getLong(1);
    }
    Parts parts = Parts.of(blocks, SEEN_BYTES);
    Dataset<Row> indexed =
        encode(encode(training, users, "user"), items, "item")
            .select("user", "item", "rating", "time");
    JavaRDD<UserRatings> ratings =
        parts
            .arrange(indexed, block(functions.col("user"), BLOCK), "user", "item")
            .javaRDD()
            .mapPartitions(Users::new)
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new Index(users, items, userCount, itemCount, rows, parts, ratings);
  }

  /// Returns the unit of the rating model's penalties, in ratings: the range of the ratings ÷ 4.5, which is
  /// one star for half stars.
  double unit() {
    float[] range =
        ratings.aggregate(
            new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY},
            (seen, user) -> {
              for (float rating : user.ratings()) {
                seen[0] = Math.min(seen[0], rating);
                seen[1] = Math.max(seen[1], rating);
              }
              return seen;
            },
            (a, b) -> new float[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
    return range[1] > range[0] ? ((double) range[1] - range[0]) / STARS_RANGE : 1;
  }

  /// Returns the block of rows that a row number lies in.
  static Column block(Column row, int size) {
    return functions.floor(row.divide(size)).cast("int");
  }

  /// Replaces codes by indices, and drops the rows whose code has none.
  private static Dataset<Row> encode(Dataset<Row> table, Dataset<Row> vocabulary, String side) {
    Dataset<Row> indices =
        vocabulary.select(functions.col(side).as("code"), functions.col("index"));
    return table
        .join(indices, table.col(side).equalTo(indices.col("code")))
        .drop("code", side)
        .withColumnRenamed("index", side);
  }

  /// Returns this index with some of the users only, numbered anew.
  Index only(Column isWanted) {
    Dataset<Row> some =
        Ids.numbered(users.filter(isWanted).withColumnRenamed("index", "of"), "user", "index");
    int count = (int) some.count();
    if (count == 0) {
      throw new RefusedException(
          "argument --evaluation-users: the sample has no user; expected a larger number");
    }
    long left = some.agg(functions.sum("ratings")).first().getLong(0);
    Dataset<Row> flat =
        some.sparkSession()
            .createDataFrame(ratings.flatMap(UserRatings::flat), UserRatings.FLAT)
            .join(some.select(functions.col("of"), functions.col("index")), "of")
            .withColumnRenamed("index", "user");
    long[] blocks = new long[count / BLOCK + 1];
    for (Row row :
        some.groupBy(block(functions.col("index"), BLOCK).as("block"))
            .agg(functions.sum("ratings"))
            .collectAsList()) {
      blocks[row.getInt(0)] = row.getLong(1);
    }
    Parts someParts = Parts.of(blocks, SEEN_BYTES);
    return new Index(
        some,
        items,
        count,
        itemCount,
        left,
        someParts,
        someParts
            .arrange(
                flat.select("user", "item", "rating", "time"),
                block(functions.col("user"), BLOCK),
                "user",
                "item")
            .javaRDD()
            .mapPartitions(Users::new)
            .persist(StorageLevel.MEMORY_AND_DISK()));
  }

  /// Maps a held-out set `user, item, rating, time, position` to indices: adds `userIndex` and `itemIndex`,
  /// null for those outside of training.
  Dataset<Row> map(Dataset<Row> set) {
    Dataset<Row> userIndices =
        users.select(functions.col("user").as("knownUser"), functions.col("index").as("userIndex"));
    Dataset<Row> itemIndices =
        items.select(functions.col("item").as("knownItem"), functions.col("index").as("itemIndex"));
    return set.join(userIndices, set.col("user").equalTo(userIndices.col("knownUser")), "left")
        .join(itemIndices, set.col("item").equalTo(itemIndices.col("knownItem")), "left")
        .drop("knownUser", "knownItem");
  }

  double density() {
    return rows / ((double) userCount * itemCount);
  }

  /// Groups the rows `part, user, item, rating, time` of a partition by user.
  private static final class Users implements Iterator<UserRatings> {
    private final Iterator<Row> rows;
    private Row next;
    private int[] items = new int[64];
    private float[] ratings = new float[64];
    private long[] times = new long[64];

    Users(Iterator<Row> rows) {
      this.rows = rows;
      advance();
    }

    private void advance() {
      next = rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public UserRatings next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      int part = next.getInt(0);
      int user = next.getInt(1);
      int count = 0;
      while (next != null && next.getInt(1) == user) {
        if (count == items.length) {
          items = Arrays.copyOf(items, 2 * count);
          ratings = Arrays.copyOf(ratings, 2 * count);
          times = Arrays.copyOf(times, 2 * count);
        }
        items[count] = next.getInt(2);
        ratings[count] = next.getFloat(3);
        times[count++] = next.getLong(4);
        advance();
      }
      return new UserRatings(
          part,
          user,
          Arrays.copyOf(items, count),
          Arrays.copyOf(ratings, count),
          Arrays.copyOf(times, count));
    }
  }

  /// Returns the first rows of a table by a column, which are few.
  static List<Row> first(Dataset<Row> table, String order, int count) {
    return new ArrayList<>(table.orderBy(order).limit(count).collectAsList());
  }
}
