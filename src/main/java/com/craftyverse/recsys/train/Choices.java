package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The weighted training matrix of users and their chosen items, by users and by items (compressed
/// sparse rows, both ways).
///
/// Users and items are renumbered to *places*: by descending number of choices, ties by
/// dense index. This keeps the most accessed rows together, and chunks of consecutive rows take
/// about the same time.
final class Choices {
  /// Rows that one task sorts.
  private static final int ROWS = 256;

  /// Tasks that transpose the matrix; the output of one fits the last-level cache.
  private static final int PIECES = 16;

  /// The matrix by users or by items.
  ///
  /// @param start where each row's choices begin, followed by the end of the last row
  /// @param index places on the other side, ascending within a row
  /// @param level of each choice's weight, an unsigned byte from 0 to 255
  /// @param levels the weight of each level
  /// @param weights the sum of each row's weights
  record Rows(int[] start, int[] index, byte[] level, float[] levels, float[] weights) {
    int rows() {
      return start.length - 1;
    }

    int count(int row) {
      return start[row + 1] - start[row];
    }

    /// Returns the weight of a choice.
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

  /// Returns the rows of the users, with the places of items.
  Rows byUser() {
    return byUser;
  }

  /// Returns the rows of the items, with the places of users.
  Rows byItem() {
    return byItem;
  }

  /// Returns the dense index of the user at each place.
  int[] users() {
    return users;
  }

  /// Returns the dense index of the item at each place.
  int[] items() {
    return items;
  }

  /// Returns the number of choices.
  int size() {
    return byUser.index.length;
  }

  /// Returns the sum of all weights, which is the objective of a model of zeros.
  double totalWeight() {
    double sum = 0;
    for (float weight : byUser.weights) {
      sum += weight;
    }
    return sum;
  }

  /// Returns the place of each dense index.
  static int[] places(int[] indices) {
    int[] places = new int[indices.length];
    for (int place = 0; place < indices.length; place++) {
      places[indices[place]] = place;
    }
    return places;
  }

  /// Returns the choices of a training set.
  ///
  /// @param scale determines the weights, see [RankingCard#weight]; null if the set holds amounts instead of
  ///     ratings
  static Choices of(TrainingSet training, @Nullable RatingScale scale, WorkerPool workers)
      throws IOException {
    int side = training.side();
    Weighting weighting = weighting(scale);
    int[] userCounts = new int[training.users()];
    int[] itemCounts = new int[training.items()];
    WeightLevels.Builder found = new WeightLevels.Builder();
    for (int b = 0; b < side * side; b++) {
      TrainingSet.Block block = training.block(b / side, b % side);
      for (int run = 0; run < block.users().length; run++) {
        userCounts[block.users()[run]] += block.starts()[run + 1] - block.starts()[run];
      }
      IntColumn item = block.item();
      FloatColumn rating = block.rating();
      for (int row = 0; row < block.rows(); row++) {
        itemCounts[item.get(row)]++;
        found.add(weighting.weight(rating.get(row)));
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
    Filler filler = new Filler(weighting, itemPlaces, levels, index, level);
    workers.run(
        side,
        (row, worker) -> {
          for (int column = 0; column < side; column++) {
            filler.add(training.block(row, column), next);
          }
        });
    Rows byUser = rows(start, index, level, levels.weights());
    sort(byUser, workers);
    return new Choices(byUser, transpose(byUser, items.length, workers), users, items);
  }

  /// Gives a rating, or an amount, its weight.
  @FunctionalInterface
  private interface Weighting {
    float weight(float rating);
  }

  private static Weighting weighting(@Nullable RatingScale scale) {
    if (scale == null) {
      return RankingCard::choiceWeight;
    }
    float lowest = (float) scale.min();
    float highest = (float) scale.max();
    return rating -> RankingCard.weight(rating, lowest, highest);
  }

  /// Copies the choices of blocks into the matrix.
  ///
  /// @param index the item of each choice
  /// @param level the weight level of each choice
  private record Filler(
      Weighting weighting, int[] itemPlaces, WeightLevels levels, int[] index, byte[] level) {
    /// Adds a block's choices.
    ///
    /// @param next where each user's next choice goes
    void add(TrainingSet.Block block, int[] next) {
      IntColumn item = block.item();
      FloatColumn rating = block.rating();
      for (int run = 0; run < block.users().length; run++) {
        int at = next[block.users()[run]];
        for (int row = block.starts()[run]; row < block.starts()[run + 1]; row++) {
          index[at] = itemPlaces[item.get(row)];
          level[at] = levels.levelOf(weighting.weight(rating.get(row)));
          at++;
        }
        next[block.users()[run]] = at;
      }
    }
  }

  /// Returns choices given as arrays.
  ///
  /// @param user dense index of the user of each choice
  /// @param item dense index of the item of each choice
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
      level[at] = levels.levelOf(weight[i]);
    }
    Rows byUser = rows(start, index, level, levels.weights());
    for (int row = 0; row < users; row++) {
      sort(byUser, row, new long[byUser.count(row)]);
    }
    return new Choices(byUser, transpose(byUser, items), userOrder, itemOrder);
  }

  /// Returns the choices of some users, or a part of them, with the same item places and weight levels.
  ///
  /// @param start where each user's choices begin, followed by the end
  /// @param index places of items, ascending within a user
  /// @param users dense index of each user
  Choices part(int[] start, int[] index, byte[] level, int[] users) {
    Rows rows = rows(start, index, level, byUser.levels);
    return new Choices(rows, transpose(rows, items.length), users, items);
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

  /// Sorts each row by index.
  private static void sort(Rows rows, WorkerPool workers) throws IOException {
    int longest = 0;
    for (int row = 0; row < rows.rows(); row++) {
      longest = Math.max(longest, rows.count(row));
    }
    long[][] keys = new long[workers.threads()][longest];
    workers.run(
        Math.ceilDiv(rows.rows(), ROWS),
        (piece, worker) -> {
          int end = Math.min(rows.rows(), (piece + 1) * ROWS);
          for (int row = piece * ROWS; row < end; row++) {
            sort(rows, row, keys[worker]);
          }
        });
  }

  /// @param keys buffer for a row
  private static void sort(Rows rows, int row, long[] keys) {
    int from = rows.start[row];
    int count = rows.count(row);
    for (int i = 0; i < count; i++) {
      keys[i] = (long) rows.index[from + i] << Byte.SIZE | (rows.level[from + i] & 0xFF);
    }
    Arrays.sort(keys, 0, count);
    for (int i = 0; i < count; i++) {
      rows.index[from + i] = (int) (keys[i] >> Byte.SIZE);
      rows.level[from + i] = (byte) keys[i];
    }
  }

  /// Transposes the matrix on several threads: each task writes the rows of some columns.
  private static Rows transpose(Rows rows, int columns, WorkerPool workers) throws IOException {
    Rows turned = empty(rows, columns);
    int[] bounds = new int[PIECES + 1];
    for (int piece = 1; piece <= PIECES; piece++) {
      long before = (long) rows.index.length * piece / PIECES;
      int column = bounds[piece - 1];
      while (column < columns && turned.start[column] < before) {
        column++;
      }
      bounds[piece] = piece == PIECES ? columns : column;
    }
    workers.run(
        PIECES, (piece, worker) -> transpose(rows, turned, bounds[piece], bounds[piece + 1]));
    return rows(turned.start, turned.index, turned.level, turned.levels);
  }

  private static Rows transpose(Rows rows, int columns) {
    Rows turned = empty(rows, columns);
    transpose(rows, turned, 0, columns);
    return rows(turned.start, turned.index, turned.level, turned.levels);
  }

  private static Rows empty(Rows rows, int columns) {
    int[] start = new int[columns + 1];
    for (int column : rows.index) {
      start[column + 1]++;
    }
    for (int column = 0; column < columns; column++) {
      start[column + 1] += start[column];
    }
    int size = rows.index.length;
    return new Rows(start, new int[size], new byte[size], rows.levels, new float[0]);
  }

  /// Fills some rows of `to`. Visiting the rows in order keeps the indices of each new row ascending.
  ///
  /// @param from the first column of `rows` to transpose, which is a row of `to`
  private static void transpose(Rows rows, Rows to, int from, int end) {
    int[] next = Arrays.copyOfRange(to.start, from, end);
    for (int row = 0; row < rows.rows(); row++) {
      int rowEnd = rows.start[row + 1];
      int at = Arrays.binarySearch(rows.index, rows.start[row], rowEnd, from);
      for (at = at < 0 ? -at - 1 : at; at < rowEnd && rows.index[at] < end; at++) {
        int place = next[rows.index[at] - from]++;
        to.index[place] = row;
        to.level[place] = rows.level[at];
      }
    }
  }
}
