package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.step.RankingCard;
import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Who chose what, and with which weight: the training matrix by users and by items (compressed
/// sparse rows, both ways).
///
/// Users and items have *places*: they are numbered by falling number of choices, equal ones by
/// dense index. What is read most often lies together then, and chunks of consecutive rows take
/// about the same time.
final class Choices {
  /// One of the two ways.
  ///
  /// @param start where each row's choices begin, and, one further, where the last one's end
  /// @param index places on the other side, ascending within a row
  /// @param level of each choice's weight, from 0 to 255 without a sign
  /// @param levels the weight of each level
  /// @param weights the sum of each row's weights
  record Rows(int[] start, int[] index, byte[] level, float[] levels, float[] weights) {
    int rows() {
      return start.length - 1;
    }

    int count(int row) {
      return start[row + 1] - start[row];
    }

    /// The weight of a choice.
    float weight(int at) {
      return levels[level[at] & 0xFF];
    }
  }

  private final Rows byUser;
  private final Rows byItem;
  private final int[] users;
  private final int[] items;

  private Choices(Rows byUser, Rows byItem, int[] users, int[] items) {
    this.byUser = byUser;
    this.byItem = byItem;
    this.users = users;
    this.items = items;
  }

  /// Each user's choices of items.
  Rows byUser() {
    return byUser;
  }

  /// Each item's choices by users.
  Rows byItem() {
    return byItem;
  }

  /// The dense index of the user at each place.
  int[] users() {
    return users;
  }

  /// The dense index of the item at each place.
  int[] items() {
    return items;
  }

  /// How many choices.
  int size() {
    return byUser.index.length;
  }

  /// The sum of all weights: the objective of a model that has learned nothing.
  double totalWeight() {
    double sum = 0;
    for (float weight : byUser.weights) {
      sum += weight;
    }
    return sum;
  }

  /// The place of each dense index.
  static int[] places(int[] indices) {
    int[] places = new int[indices.length];
    for (int place = 0; place < indices.length; place++) {
      places[indices[place]] = place;
    }
    return places;
  }

  /// The choices of a training set.
  ///
  /// @param scale that weights go by, see [RankingCard#weight]
  static Choices of(TrainingSet training, RatingScale scale, WorkerPool workers)
      throws IOException {
    int side = training.side();
    float lowest = (float) scale.min();
    float highest = (float) scale.max();
    int[] userCounts = new int[training.users()];
    int[] itemCounts = new int[training.items()];
    WeightLevels.Builder found = new WeightLevels.Builder();
    for (int b = 0; b < side * side; b++) {
      TrainingSet.Block block = training.block(b / side, b % side);
      for (int run = 0; run < block.users().length; run++) {
        userCounts[block.users()[run]] += block.starts()[run + 1] - block.starts()[run];
      }
      MemorySegment item = block.item();
      MemorySegment rating = block.rating();
      for (int row = 0; row < block.rows(); row++) {
        long offset = (long) row * Integer.BYTES;
        itemCounts[item.get(Buffers.INT32, offset)]++;
        found.add(RankingCard.weight(rating.get(Buffers.FLOAT32, offset), lowest, highest));
      }
    }
    int[] users = byFallingCount(userCounts);
    int[] items = byFallingCount(itemCounts);
    int[] itemPlaces = places(items);
    int[] start = starts(users, userCounts);
    int[] next = new int[users.length];
    for (int place = 0; place < users.length; place++) {
      next[users[place]] = start[place];
    }
    int[] index = new int[start[users.length]];
    WeightLevels levels = found.build();
    byte[] level = new byte[index.length];
    workers.run(
        side,
        (row, worker) -> {
          for (int column = 0; column < side; column++) {
            fill(
                training.block(row, column),
                lowest,
                highest,
                itemPlaces,
                levels,
                next,
                index,
                level);
          }
        });
    return of(start, index, level, levels.weights(), users, items);
  }

  private static void fill(
      TrainingSet.Block block,
      float lowest,
      float highest,
      int[] itemPlaces,
      WeightLevels levels,
      int[] next,
      int[] index,
      byte[] level) {
    MemorySegment item = block.item();
    MemorySegment rating = block.rating();
    for (int run = 0; run < block.users().length; run++) {
      int at = next[block.users()[run]];
      for (int row = block.starts()[run]; row < block.starts()[run + 1]; row++) {
        long offset = (long) row * Integer.BYTES;
        index[at] = itemPlaces[item.get(Buffers.INT32, offset)];
        level[at] =
            levels.of(RankingCard.weight(rating.get(Buffers.FLOAT32, offset), lowest, highest));
        at++;
      }
      next[block.users()[run]] = at;
    }
  }

  /// Choices that are in memory.
  ///
  /// @param user dense index of the user of each choice
  /// @param item dense index of its item
  static Choices of(int users, int items, int[] user, int[] item, float[] weight) {
    int[] userCounts = new int[users];
    int[] itemCounts = new int[items];
    WeightLevels.Builder found = new WeightLevels.Builder();
    for (int i = 0; i < user.length; i++) {
      found.add(weight[i]);
      userCounts[user[i]]++;
      itemCounts[item[i]]++;
    }
    int[] userOrder = byFallingCount(userCounts);
    int[] itemOrder = byFallingCount(itemCounts);
    int[] userPlaces = places(userOrder);
    int[] itemPlaces = places(itemOrder);
    int[] start = starts(userOrder, userCounts);
    int[] next = start.clone();
    int[] index = new int[user.length];
    WeightLevels levels = found.build();
    byte[] level = new byte[user.length];
    for (int i = 0; i < user.length; i++) {
      int at = next[userPlaces[user[i]]]++;
      index[at] = itemPlaces[item[i]];
      level[at] = levels.of(weight[i]);
    }
    return of(start, index, level, levels.weights(), userOrder, itemOrder);
  }

  /// @param index and `level`, in any order within a row, are used up
  private static Choices of(
      int[] start, int[] index, byte[] level, float[] levels, int[] users, int[] items) {
    Rows unsorted = rows(start, index, level, levels);
    Rows byItem = transpose(unsorted, items.length, new int[index.length], new byte[index.length]);
    // Back again, which orders each user's items.
    Rows byUser = transpose(byItem, users.length, index, level);
    return new Choices(byUser, byItem, users, items);
  }

  /// Some users' choices, or a part of them, with the items' places and the weights' levels as they are.
  ///
  /// @param start where each user's choices begin, then the end
  /// @param index places of items, ascending within a user
  /// @param users dense index of each user
  Choices part(int[] start, int[] index, byte[] level, int[] users) {
    Rows rows = rows(start, index, level, byUser.levels);
    return new Choices(
        rows,
        transpose(rows, items.length, new int[index.length], new byte[index.length]),
        users,
        items);
  }

  private static Rows rows(int[] start, int[] index, byte[] level, float[] levels) {
    float[] sums = new float[start.length - 1];
    for (int row = 0; row < sums.length; row++) {
      double sum = 0;
      for (int at = start[row]; at < start[row + 1]; at++) {
        sum += levels[level[at] & 0xFF];
      }
      sums[row] = (float) sum;
    }
    return new Rows(start, index, level, levels, sums);
  }

  private static int[] byFallingCount(int[] counts) {
    long[] keys = new long[counts.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) (Integer.MAX_VALUE - counts[i]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  private static int[] starts(int[] order, int[] counts) {
    int[] start = new int[order.length + 1];
    for (int place = 0; place < order.length; place++) {
      start[place + 1] = Math.addExact(start[place], counts[order[place]]);
    }
    return start;
  }

  /// The other way round; rows that are visited in order leave their numbers in order.
  private static Rows transpose(Rows rows, int columns, int[] toIndex, byte[] toLevel) {
    int[] start = new int[columns + 1];
    for (int column : rows.index) {
      start[column + 1]++;
    }
    for (int column = 0; column < columns; column++) {
      start[column + 1] += start[column];
    }
    int[] next = Arrays.copyOf(start, columns);
    for (int row = 0; row < rows.rows(); row++) {
      for (int at = rows.start[row]; at < rows.start[row + 1]; at++) {
        int to = next[rows.index[at]]++;
        toIndex[to] = row;
        toLevel[to] = rows.level[at];
      }
    }
    return rows(start, toIndex, toLevel, rows.levels);
  }
}
