package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/// The training set by rows (compressed sparse rows): each user's ratings one after the other, by item.
///
/// A rating takes one `long`, the item above and the rating's bits below, so that a user's row is
/// ordered by one primitive sort.
final class TrainingMatrix {
  /// Rows of `seen.arrow` in a record batch: one user's history is then a short range read.
  private static final int SEEN_BATCH_USERS = 64;

  private final long[] cells;
  private final int[] rowStarts;
  private final int[] itemCounts;

  private TrainingMatrix(long[] cells, int[] rowStarts, int[] itemCounts) {
    this.cells = cells;
    this.rowStarts = rowStarts;
    this.itemCounts = itemCounts;
  }

  /// Reads the training set, whose users and movies `users` and `items` know.
  static TrainingMatrix read(ArrowFile train, DenseIds users, DenseIds items, Progress progress)
      throws IOException {
    int[] rowStarts = new int[users.size() + 1];
    int[] itemCounts = new int[items.size()];
    for (RecordBatch batch : train.batches()) {
      MemorySegment userIds = batch.data("userId");
      MemorySegment movieIds = batch.data("movieId");
      for (int i = 0; i < batch.rows(); i++) {
        rowStarts[users.indexOf(userIds.get(Buffers.INT32, 4L * i)) + 1]++;
        itemCounts[items.indexOf(movieIds.get(Buffers.INT32, 4L * i))]++;
      }
    }
    Arrays.parallelPrefix(rowStarts, Integer::sum);
    long[] cells = new long[Math.toIntExact(train.rows())];
    int[] next = Arrays.copyOf(rowStarts, users.size());
    for (RecordBatch batch : train.batches()) {
      MemorySegment userIds = batch.data("userId");
      MemorySegment movieIds = batch.data("movieId");
      MemorySegment ratings = batch.data("rating");
      for (int i = 0; i < batch.rows(); i++) {
        int user = users.indexOf(userIds.get(Buffers.INT32, 4L * i));
        int item = items.indexOf(movieIds.get(Buffers.INT32, 4L * i));
        cells[next[user]++] =
            ((long) item << 32)
                | (Float.floatToRawIntBits(ratings.get(Buffers.FLOAT32, 4L * i)) & 0xFFFFFFFFL);
      }
      progress.update(batch.firstRow() + batch.rows());
    }
    for (int user = 0; user < users.size(); user++) {
      Arrays.sort(cells, rowStarts[user], rowStarts[user + 1]);
    }
    return new TrainingMatrix(cells, rowStarts, itemCounts);
  }

  int users() {
    return rowStarts.length - 1;
  }

  long rows() {
    return cells.length;
  }

  /// Ratings of each user.
  int[] userCounts() {
    int[] counts = new int[users()];
    for (int user = 0; user < counts.length; user++) {
      counts[user] = rowStarts[user + 1] - rowStarts[user];
    }
    return counts;
  }

  /// Ratings of each item.
  int[] itemCounts() {
    return itemCounts;
  }

  /// Writes `train.arrow`: one record batch for each block of the grid, rows grouped by user, a user's
  /// rows in an order that is shuffled once.
  void writeBlocks(Path path, BlockGrid grid, long seed) throws IOException {
    int blocks = BlockGrid.SIDE * BlockGrid.SIDE;
    Map<String, String> metadata =
        Map.of(
            "blocks", String.valueOf(BlockGrid.SIDE),
            "userBounds", BlockGrid.text(grid.userBounds()),
            "itemBounds", BlockGrid.text(grid.itemBounds()),
            "seed", String.valueOf(seed));
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, metadata)) {
      int[] itemBounds = grid.itemBounds();
      for (int block = 0; block < blocks; block++) {
        int firstUser = grid.userBounds()[block / BlockGrid.SIDE];
        int lastUser = grid.userBounds()[block / BlockGrid.SIDE + 1];
        int firstItem = itemBounds[block % BlockGrid.SIDE];
        int lastItem = itemBounds[block % BlockGrid.SIDE + 1];
        writeBlock(writer, firstUser, lastUser, firstItem, lastItem, seed);
      }
    }
  }

  private void writeBlock(
      ArrowFileWriter writer, int firstUser, int lastUser, int firstItem, int lastItem, long seed)
      throws IOException {
    int rows = 0;
    for (int user = firstUser; user < lastUser; user++) {
      rows += lowerBound(user, lastItem) - lowerBound(user, firstItem);
    }
    int[] users = new int[rows];
    int[] items = new int[rows];
    float[] ratings = new float[rows];
    int row = 0;
    for (int user = firstUser; user < lastUser; user++) {
      int from = lowerBound(user, firstItem);
      int to = lowerBound(user, lastItem);
      int start = row;
      for (int i = from; i < to; i++) {
        users[row] = user;
        items[row] = item(cells[i]);
        ratings[row] = rating(cells[i]);
        row++;
      }
      shuffle(items, ratings, start, row, mix(seed ^ mix(((long) user << 32) | firstItem)));
    }
    writer.writeBatch(
        rows, Buffers.of(users, rows), Buffers.of(items, rows), Buffers.of(ratings, rows));
  }

  /// The first of a user's cells whose item is not below `item`.
  private int lowerBound(int user, int item) {
    int low = rowStarts[user];
    int high = rowStarts[user + 1];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (item(cells[middle]) < item) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Fisher–Yates over rows `[from, to)`.
  private static void shuffle(int[] items, float[] ratings, int from, int to, long seed) {
    long state = seed;
    for (int i = to - 1; i > from; i--) {
      state += 0x9E3779B97F4A7C15L;
      int j = from + (int) Math.unsignedMultiplyHigh(mix(state), i - from + 1L);
      int item = items[i];
      items[i] = items[j];
      items[j] = item;
      float rating = ratings[i];
      ratings[i] = ratings[j];
      ratings[j] = rating;
    }
  }

  /// The finalizer of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /// Writes `seen.arrow`: a list of items and ratings for each user, items ascending.
  void writeSeen(Path path) throws IOException {
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.SEEN, Map.of())) {
      for (int first = 0; first < users(); first += SEEN_BATCH_USERS) {
        int last = Math.min(users(), first + SEEN_BATCH_USERS);
        int from = rowStarts[first];
        int count = rowStarts[last] - from;
        int[] offsets = new int[last - first + 1];
        for (int user = first; user <= last; user++) {
          offsets[user - first] = rowStarts[user] - from;
        }
        int[] items = new int[count];
        float[] ratings = new float[count];
        for (int i = 0; i < count; i++) {
          items[i] = item(cells[from + i]);
          ratings[i] = rating(cells[from + i]);
        }
        writer.writeBatch(
            last - first,
            Buffers.of(offsets, offsets.length),
            Buffers.of(items, count),
            Buffers.of(ratings, count));
      }
    }
  }

  private static int item(long cell) {
    return (int) (cell >>> 32);
  }

  private static float rating(long cell) {
    return Float.intBitsToFloat((int) cell);
  }
}
