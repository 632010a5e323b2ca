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

/// An assignment of ratings to sets.
@FunctionalInterface
interface Assignment {
  int TRAIN = 0;
  int TEST = 1;
  int VALIDATION = 2;

  /// Returns the set of a rating.
  ///
  /// @param row the rating's position among all ratings, from 0
  /// @param timestamp the rating's time in epoch seconds
  int setOf(long row, long timestamp);

  /// Assigns ratings up to the first threshold to training, up to the second to test, and later ones to
  /// validation.
  static Assignment byTime(double trainThreshold, double testThreshold) {
    return (_, timestamp) ->
        timestamp <= trainThreshold ? TRAIN : timestamp <= testThreshold ? TEST : VALIDATION;
  }

  /// Assigns the ratings at places `testFrom` (inclusive) to `testTo` (exclusive) of a random order to test.
  /// A tenth of the others, also chosen at random, is the validation set.
  static Assignment atRandom(long rows, long testFrom, long testTo, long seed) {
    Permutation order = new Permutation(rows, seed);
    Assignment training = training(rows - (testTo - testFrom), seed);
    return (row, timestamp) -> {
      long position = order.apply(row);
      if (position >= testFrom && position < testTo) {
        return TEST;
      }
      return training.setOf(
          position < testFrom ? position : position - (testTo - testFrom), timestamp);
    };
  }

  /// Assigns the first `trainRows` ratings to training, except a random tenth for validation, and the rest to
  /// test.
  static Assignment ofGivenTest(long trainRows, long seed) {
    Assignment training = training(trainRows, seed);
    return (row, timestamp) -> row < trainRows ? training.setOf(row, timestamp) : TEST;
  }

  /// Assigns a tenth of `rows` ratings to validation and the others to training. The validation set never has
  /// test ratings, so model selection does not see the test set.
  private static Assignment training(long rows, long seed) {
    if (rows < 1) {
      return (_, _) -> TRAIN;
    }
    Permutation order = new Permutation(rows, ~seed);
    long validation = (rows + 5) / 10;
    return (row, _) -> order.apply(row) < validation ? VALIDATION : TRAIN;
  }

  /// Assigns a random `testRatio` of each user's ratings, at least one, to test, and a tenth of the rest to
  /// validation. Every user keeps at least one training rating, so a user with a single rating is only in the
  /// training set.
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

  /// A visitor for the user ids of the rows.
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

  /// One user's ratings in random order: the first ones go to test, the next to validation.
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

    /// Returns the set of the user's next row in the file.
    private int next() {
      long position = Objects.requireNonNull(order).apply(nextRow++);
      return position < testRows ? TEST : position < testRows + validationRows ? VALIDATION : TRAIN;
    }
  }

  /// Assigns each user's latest rating to test and the one before it to validation. Of ratings of the same
  /// second, the one further down in the file counts as later. A user's first rating always goes to training.
  static Assignment leaveLastOut(ArrowFile ratings) {
    Map<Integer, LatestRating> users = new HashMap<>();
    for (RecordBatch batch : ratings.batches()) {
      IntColumn ids = batch.ints("userId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        users
            .computeIfAbsent(ids.get(i), _ -> new LatestRating())
            .add(batch.firstRow() + i, times.get(i));
      }
    }
    BitSet test = new BitSet();
    BitSet validation = new BitSet();
    for (LatestRating user : users.values()) {
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
  final class LatestRating {
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
