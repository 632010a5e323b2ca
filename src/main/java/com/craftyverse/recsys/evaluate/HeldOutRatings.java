package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The ratings of a test or validation set, grouped by user. A user's ratings are sorted by time if the set
/// has times; ties keep the order of the file.
final class HeldOutRatings {
  /// Stands for a user or an item outside the model.
  static final int UNKNOWN = -1;

  private final int[] userIds;
  private final int[] users;
  private final int[] starts;
  private final int[] items;
  private final float[] ratings;
  private final long[] times;

  private HeldOutRatings(
      int[] userIds, int[] users, int[] starts, int[] items, float[] ratings, long[] times) {
    this.userIds = userIds;
    this.users = users;
    this.starts = starts;
    this.items = items;
    this.ratings = ratings;
    this.times = times;
  }

  /// Reads a set of the split, with ids and times as uploaded. Users outside the model keep a group each; items
  /// outside the model become [#UNKNOWN].
  ///
  /// @param userIndices finds the model's users
  /// @param itemIndices finds the model's items
  static HeldOutRatings fromSplit(
      ArrowFile file, ModelIndices userIndices, ModelIndices itemIndices) throws IOException {
    file.require(Schemas.RATINGS);
    int rows = Math.toIntExact(file.rows());
    int[] ids = new int[rows];
    int[] items = new int[rows];
    float[] ratings = new float[rows];
    long[] times = new long[rows];
    int at = 0;
    for (RecordBatch batch : file.batches()) {
      IntColumn ratedIds = batch.ints("itemId");
      int count = batch.rows();
      batch.ints("userId").copyTo(0, ids, at, count);
      batch.floats("rating").copyTo(0, ratings, at, count);
      batch.longs("timestamp").copyTo(0, times, at, count);
      for (int i = 0; i < count; i++) {
        items[at + i] = itemIndices.of(ratedIds.get(i));
      }
      at += count;
    }
    int[] distinct = IntStream.of(ids).sorted().distinct().toArray();
    int[] groups = new int[rows];
    for (int row = 0; row < rows; row++) {
      groups[row] = Arrays.binarySearch(distinct, ids[row]);
    }
    int[] users = IntStream.of(distinct).map(userIndices::of).toArray();
    return group(distinct, users, groups, items, ratings, times);
  }

  /// Sorts rows by group and, within a group, by time. The sort is stable.
  private static HeldOutRatings group(
      int[] userIds, int[] users, int[] groups, int[] items, float[] ratings, long[] times) {
    int[] starts = new int[users.length + 1];
    for (int group : groups) {
      starts[group + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] next = Arrays.copyOf(starts, users.length);
    int[] order = new int[groups.length];
    for (int row = 0; row < groups.length; row++) {
      order[next[groups[row]]++] = row;
    }
    for (int group = 0; group < users.length; group++) {
      sortByTime(order, starts[group], starts[group + 1], times);
    }
    int[] sortedItems = new int[order.length];
    float[] sortedRatings = new float[order.length];
    long[] sortedTimes = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      sortedItems[i] = items[order[i]];
      sortedRatings[i] = ratings[order[i]];
      sortedTimes[i] = times[order[i]];
    }
    return new HeldOutRatings(userIds, users, starts, sortedItems, sortedRatings, sortedTimes);
  }

  /// Sorts `order[from … to − 1]`; in most files it is sorted already.
  private static void sortByTime(int[] order, int from, int to, long[] times) {
    for (int i = from + 1; i < to; i++) {
      if (times[order[i]] < times[order[i - 1]]) {
        Integer[] rows =
            IntStream.range(from, to).map(j -> order[j]).boxed().toArray(Integer[]::new);
        Arrays.sort(rows, (a, b) -> Long.compare(times[a], times[b]));
        for (int j = from; j < to; j++) {
          order[j] = rows[j - from];
        }
        return;
      }
    }
  }

  /// Returns the number of groups, including empty ones.
  int groups() {
    return users.length;
  }

  /// Returns the number of ratings.
  int rows() {
    return items.length;
  }

  /// Returns the number that a group's user has in all sets of the split.
  int userId(int group) {
    return userIds[group];
  }

  /// Returns the model's index of a group's user, or [#UNKNOWN].
  int user(int group) {
    return users[group];
  }

  /// Returns the first row of a group, which is also the end of the previous group.
  int start(int group) {
    return starts[group];
  }

  /// Returns the model's index of a row's item, or [#UNKNOWN].
  int item(int row) {
    return items[row];
  }

  float rating(int row) {
    return ratings[row];
  }

  /// Returns when a row was rated, in epoch seconds.
  long time(int row) {
    return times[row];
  }
}
