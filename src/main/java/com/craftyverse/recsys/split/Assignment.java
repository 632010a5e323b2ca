package com.craftyverse.recsys.split;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

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

  /// Each user's latest rating is for the test, the one before it for validation; of ratings of the same
  /// second the one further down in the file is the later. A user's first rating always is for training.
  static Assignment leaveLastOut(ArrowFile ratings) {
    Map<Integer, Latest> users = new HashMap<>();
    for (RecordBatch batch : ratings.batches()) {
      MemorySegment ids = batch.data("userId");
      MemorySegment times = batch.data("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        users
            .computeIfAbsent(ids.get(Buffers.INT32, 4L * i), _ -> new Latest())
            .add(batch.firstRow() + i, times.get(Buffers.INT64, 8L * i));
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
