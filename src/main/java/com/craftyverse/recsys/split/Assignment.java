package com.craftyverse.recsys.split;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.SplitMix64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which set each rating belongs to.
@FunctionalInterface
interface Assignment {
  int TRAIN = 0;
  int TEST = 1;
  int VALIDATION = 2;

  /// The set of a rating.
  ///
  /// @param row its place among all ratings, from 0
  /// @param timestamp its time in epoch seconds
  int setOf(long row, long timestamp);

  /// Training up to the first threshold, test up to the second, validation after it.
  static Assignment byTime(double trainThreshold, double testThreshold) {
    return (_, timestamp) ->
        timestamp <= trainThreshold ? TRAIN : timestamp <= testThreshold ? TEST : VALIDATION;
  }

  /// The ratings whose places in a random order are from `testFrom` up to `testTo` are the test set; of
  /// the others a tenth, chosen at random too, is the validation set.
  static Assignment atRandom(long rows, long testFrom, long testTo, long seed) {
    Permutation order = new Permutation(rows, seed);
    Assignment training = training(rows - (testTo - testFrom), seed);
    return (row, timestamp) -> {
      long place = order.placeOf(row);
      if (place >= testFrom && place < testTo) {
        return TEST;
      }
      return training.setOf(place < testFrom ? place : place - (testTo - testFrom), timestamp);
    };
  }

  /// The first `trainRows` ratings are the training set, of which a tenth, chosen at random, is the
  /// validation set; the rest is the test set.
  static Assignment given(long trainRows, long seed) {
    Assignment training = training(trainRows, seed);
    return (row, timestamp) -> row < trainRows ? training.setOf(row, timestamp) : TEST;
  }

  /// Of `rows` ratings a tenth is the validation set, never a rating of the test set: what is chosen by
  /// it is chosen without a look at that.
  private static Assignment training(long rows, long seed) {
    if (rows < 1) {
      return (_, _) -> TRAIN;
    }
    Permutation order = new Permutation(rows, ~seed);
    long validation = (rows + 5) / 10;
    return (row, _) -> order.placeOf(row) < validation ? VALIDATION : TRAIN;
  }

  /// A random `testRatio` of each user's ratings, one at least, is the test set, and a tenth of what is left
  /// the validation set. Every user keeps at least one training rating, so a user with a single rating is
  /// in the training set alone.
  static Assignment withinUsers(ArrowFile ratings, double testRatio, long seed) {
    Map<Integer, UserDraw> users = new HashMap<>();
    forEachUserId(
        ratings, (_, userId) -> users.computeIfAbsent(userId, _ -> new UserDraw()).rows++);
    BitSet test = new BitSet();
    BitSet validation = new BitSet();
    users.forEach((userId, user) -> user.draw(testRatio, SplitMix64.mix(seed) ^ userId));
    forEachUserId(
        ratings,
        (row, userId) -> {
          switch (Objects.requireNonNull(users.get(userId)).next()) {
            case TEST -> test.set(Math.toIntExact(row));
            case VALIDATION -> validation.set(Math.toIntExact(row));
            default -> {}
          }
        });
    return (row, _) -> test.get((int) row) ? TEST : validation.get((int) row) ? VALIDATION : TRAIN;
  }

  /// Takes the user of a row.
  @FunctionalInterface
  interface UserVisitor {
    void visit(long row, int userId);
  }

  private static void forEachUserId(ArrowFile ratings, UserVisitor visitor) {
    for (RecordBatch batch : ratings.batches()) {
      IntColumn ids = batch.ints("userId");
      for (int i = 0; i < batch.rows(); i++) {
        visitor.visit(batch.firstRow() + i, ids.get(i));
      }
    }
  }

  /// One user's ratings in a random order: the first are for the test, the next for validation.
  final class UserDraw {
    private int rows;
    private int testRows;
    private int validationRows;
    private int nextRow;
    private @Nullable Permutation order;

    private void draw(double testRatio, long seed) {
      testRows = rows < 2 ? 0 : Math.clamp(Math.round(testRatio * rows), 1, rows - 1);
      validationRows = Math.min((rows - testRows + 5) / 10, rows - testRows - 1);
      order = new Permutation(rows, seed);
    }

    /// The set of the user's next row in the file.
    private int next() {
      long place = Objects.requireNonNull(order).placeOf(nextRow++);
      return place < testRows ? TEST : place < testRows + validationRows ? VALIDATION : TRAIN;
    }
  }

  /// Each user's latest rating is for the test, the one before it for validation; of ratings of the same
  /// second the one further down in the file is the later. A user's first rating always is for training.
  static Assignment leaveLastOut(ArrowFile ratings) {
    Map<Integer, Latest> users = new HashMap<>();
    for (RecordBatch batch : ratings.batches()) {
      IntColumn ids = batch.ints("userId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        users
            .computeIfAbsent(ids.get(i), _ -> new Latest())
            .add(batch.firstRow() + i, times.get(i));
      }
    }
    BitSet test = new BitSet();
    BitSet validation = new BitSet();
    for (Latest user : users.values()) {
      if (user.count > 1) {
        test.set(Math.toIntExact(user.lastRow));
      }
      if (user.count > 2) {
        validation.set(Math.toIntExact(user.secondRow));
      }
    }
    return (row, _) -> test.get((int) row) ? TEST : validation.get((int) row) ? VALIDATION : TRAIN;
  }

  /// A user's two latest ratings.
  final class Latest {
    private long count;
    private long lastRow = -1;
    private long lastTime = Long.MIN_VALUE;
    private long secondRow = -1;
    private long secondTime = Long.MIN_VALUE;

    private void add(long row, long time) {
      count++;
      if (time >= lastTime) {
        secondRow = lastRow;
        secondTime = lastTime;
        lastRow = row;
        lastTime = time;
      } else if (time >= secondTime) {
        secondRow = row;
        secondTime = time;
      }
    }
  }
}
