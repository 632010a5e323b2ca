package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The ratings of a test or validation set, grouped by user. A user's ratings are in the order of time where
/// the set has times, ties in the order of the file.
final class HeldOutRatings {
  /// Stands for a user or an item that the model does not know.
  static final int UNKNOWN = -1;

  private final int[] users;
  private final int[] starts;
  private final int[] items;
  private final float[] ratings;

  private HeldOutRatings(int[] users, int[] starts, int[] items, float[] ratings) {
    this.users = users;
    this.starts = starts;
    this.items = items;
    this.ratings = ratings;
  }

  /// Reads a set of the split: ids as uploaded, with times. Users that the model does not know are kept, one
  /// group each; so are items that it does not know, as [#UNKNOWN].
  ///
  /// @param userIds of the model, ascending
  /// @param itemIds of the model, ascending
  static HeldOutRatings ofSplit(ArrowFile file, int[] userIds, int[] itemIds) throws IOException {
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
        items[at + i] = indexOf(itemIds, ratedIds.get(i));
      }
      at += count;
    }
    int[] distinct = IntStream.of(ids).sorted().distinct().toArray();
    int[] groups = new int[rows];
    for (int row = 0; row < rows; row++) {
      groups[row] = Arrays.binarySearch(distinct, ids[row]);
    }
    int[] users = IntStream.of(distinct).map(id -> indexOf(userIds, id)).toArray();
    return group(users, groups, items, ratings, times);
  }

  private static int indexOf(int[] ids, int id) {
    return Math.max(UNKNOWN, Arrays.binarySearch(ids, id));
  }

  /// Reads a set of the index: dense indices, without times. Rows of unknown users or items, which some indexes
  /// keep, are left out.
  static HeldOutRatings ofIndex(ArrowFile file, ModelCard card) throws IOException {
    Ratings rows = new Ratings(file, card);
    int[] counts = new int[1];
    int capacity = Math.toIntExact(rows.rows());
    int[] groups = new int[capacity];
    int[] items = new int[capacity];
    float[] ratings = new float[capacity];
    rows.forEach(
        (user, item, rating) -> {
          if (user >= 0 && item >= 0) {
            groups[counts[0]] = user;
            items[counts[0]] = item;
            ratings[counts[0]++] = rating;
          }
        });
    int[] users = IntStream.range(0, card.users()).toArray();
    return group(
        users,
        Arrays.copyOf(groups, counts[0]),
        Arrays.copyOf(items, counts[0]),
        Arrays.copyOf(ratings, counts[0]),
        new long[counts[0]]);
  }

  /// Sorts rows by group, and by time within a group, stably.
  private static HeldOutRatings group(
      int[] users, int[] groups, int[] items, float[] ratings, long[] times) {
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
    for (int i = 0; i < order.length; i++) {
      sortedItems[i] = items[order[i]];
      sortedRatings[i] = ratings[order[i]];
    }
    return new HeldOutRatings(users, starts, sortedItems, sortedRatings);
  }

  /// Sorts `order[from … to − 1]`, which most files have sorted already.
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

  /// Groups, some of which may be empty.
  int groups() {
    return users.length;
  }

  /// All ratings.
  int rows() {
    return items.length;
  }

  /// The model's index of a group's user, or [#UNKNOWN].
  int user(int group) {
    return users[group];
  }

  /// The first row of a group; that of the next group is its end.
  int start(int group) {
    return starts[group];
  }

  /// The model's index of a row's item, or [#UNKNOWN].
  int item(int row) {
    return items[row];
  }

  float rating(int row) {
    return ratings[row];
  }

  /// The users that these are of, as the model's index; without the unknown.
  int knownUsers() {
    int known = 0;
    for (int group = 0; group < users.length; group++) {
      known += users[group] >= 0 && starts[group + 1] > starts[group] ? 1 : 0;
    }
    return known;
  }

  /// Refuses ratings that are not numbers.
  ///
  /// @param file where they were read, for the message
  HeldOutRatings requireFinite(ArrowFile file) throws MalformedFileException {
    for (int row = 0; row < ratings.length; row++) {
      if (!Float.isFinite(ratings[row])) {
        throw file.malformed("a rating is " + ratings[row] + "; a finite number was expected");
      }
    }
    return this;
  }
}
