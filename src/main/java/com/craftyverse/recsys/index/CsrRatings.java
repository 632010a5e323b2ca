package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.BlockGrid;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.SplitMix64;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The training set in compressed sparse rows: each user's ratings in sequence, sorted by item.
///
/// A rating takes one `long`, with the item in the upper half and the rating's bits in the lower half. One
/// primitive sort therefore orders a user's row.
final class CsrRatings {
  /// Rows per record batch of `seen.arrow`. Small batches make one user's history a short range read.
  private static final int SEEN_BATCH_USERS = 32;

  private final List<ArrowFile> files;
  private final IdVocabulary users;
  private final IdVocabulary items;
  private final long[] cells;
  private final int[] rowStarts;

  private CsrRatings(
      List<ArrowFile> files,
      IdVocabulary users,
      IdVocabulary items,
      long[] cells,
      int[] rowStarts) {
    this.files = files;
    this.users = users;
    this.items = items;
    this.cells = cells;
    this.rowStarts = rowStarts;
  }

  /// Reads the files of the training set, which stay open. `users` and `items` are its vocabularies.
  static CsrRatings read(
      List<ArrowFile> files, IdVocabulary users, IdVocabulary items, Progress progress)
      throws IOException {
    int[] rowStarts = new int[users.size() + 1];
    System.arraycopy(users.counts(), 0, rowStarts, 1, users.size());
    Arrays.parallelPrefix(rowStarts, Integer::sum);
    long[] cells = new long[rowStarts[users.size()]];
    int[] next = Arrays.copyOf(rowStarts, users.size());
    long read = 0;
    for (ArrowFile file : files) {
      for (RecordBatch batch : file.batches()) {
        IntColumn userIds = batch.ints("userId");
        IntColumn itemIds = batch.ints("itemId");
        FloatColumn ratings = batch.floats("rating");
        for (int i = 0; i < batch.rows(); i++) {
          int user = users.indexOf(userIds.get(i));
          cells[next[user]++] = cell(items.indexOf(itemIds.get(i)), ratings.get(i));
        }
        read += batch.rows();
        progress.update(read);
      }
    }
    // Most files are already ordered by item within a user, which the sort detects at once.
    IntStream.range(0, users.size())
        .parallel()
        .forEach(user -> Arrays.sort(cells, rowStarts[user], rowStarts[user + 1]));
    return new CsrRatings(files, users, items, cells, rowStarts);
  }

  int users() {
    return rowStarts.length - 1;
  }

  /// Writes `train.arrow`: one record batch per block of the grid, with rows grouped by user. Each user's
  /// rows within a block are shuffled once.
  void writeBlocks(Path path, BlockGrid grid, long seed) throws IOException {
    Map<String, String> metadata = new TreeMap<>(grid.metadata());
    metadata.put("seed", String.valueOf(seed));
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, metadata)) {
      Block block = new Block();
      for (int row = 0; row < grid.side(); row++) {
        int firstUser = grid.userBounds()[row];
        int lastUser = grid.userBounds()[row + 1];
        // The start of each user's cells of the next block: cells and blocks are both ordered by
        // item.
        int[] next = Arrays.copyOfRange(rowStarts, firstUser, lastUser);
        for (int column = 0; column < grid.side(); column++) {
          int firstItem = grid.itemBounds()[column];
          fill(block, firstUser, next, firstItem, grid.itemBounds()[column + 1], seed);
          writer.writeBatch(
              block.rows,
              Buffers.of(block.users, block.rows),
              Buffers.of(block.items, block.rows),
              Buffers.of(block.ratings, block.rows));
        }
      }
    }
  }

  /// A reusable buffer for the rows of a block.
  private static final class Block {
    private int[] users = new int[1 << 16];
    private int[] items = new int[1 << 16];
    private float[] ratings = new float[1 << 16];
    private int rows;

    void reserve(int more) {
      int needed = Math.addExact(rows, more);
      if (needed > users.length) {
        int length = Math.max(needed, users.length + (users.length >> 1));
        users = Arrays.copyOf(users, length);
        items = Arrays.copyOf(items, length);
        ratings = Arrays.copyOf(ratings, length);
      }
    }
  }

  /// Fills a block with the cells of consecutive users whose items are in `[firstItem, lastItem)`.
  ///
  /// @param next the start of each user's cells in this block; advanced to the next block
  private void fill(
      Block block, int firstUser, int[] next, int firstItem, int lastItem, long seed) {
    block.rows = 0;
    for (int i = 0; i < next.length; i++) {
      int user = firstUser + i;
      int from = next[i];
      int to = from;
      int end = rowStarts[user + 1];
      while (to < end && item(cells[to]) < lastItem) {
        to++;
      }
      block.reserve(to - from);
      int start = block.rows;
      for (int cell = from; cell < to; cell++) {
        block.users[block.rows] = user;
        block.items[block.rows] = item(cells[cell]);
        block.ratings[block.rows] = rating(cells[cell]);
        block.rows++;
      }
      next[i] = to;
      shuffle(
          block.items,
          block.ratings,
          start,
          block.rows,
          SplitMix64.mix(seed ^ SplitMix64.mix(((long) user << 32) | firstItem)));
    }
  }

  /// Shuffles rows `[from, to)` (Fisher–Yates).
  private static void shuffle(int[] items, float[] ratings, int from, int to, long seed) {
    long state = seed;
    for (int i = to - 1; i > from; i--) {
      state += SplitMix64.GAMMA;
      int j = from + (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), i - from + 1L);
      int item = items[i];
      items[i] = items[j];
      items[j] = item;
      float rating = ratings[i];
      ratings[i] = ratings[j];
      ratings[j] = rating;
    }
  }

  /// Reads the files again for the time of each cell, in epoch seconds. The matrix does not hold the times,
  /// because only `seen.arrow` needs them.
  private long[] times() {
    long[] times = new long[cells.length];
    int[] next = Arrays.copyOf(rowStarts, users());
    for (ArrowFile file : files) {
      for (RecordBatch batch : file.batches()) {
        IntColumn userIds = batch.ints("userId");
        IntColumn itemIds = batch.ints("itemId");
        FloatColumn ratings = batch.floats("rating");
        LongColumn timestamps = batch.longs("timestamp");
        for (int i = 0; i < batch.rows(); i++) {
          int user = users.indexOf(userIds.get(i));
          long cell = cell(items.indexOf(itemIds.get(i)), ratings.get(i));
          int at = next[user];
          // Most files are ordered by item within a user: the cell follows that of the user's last
          // row.
          if (at == rowStarts[user + 1] || cells[at] != cell) {
            at = Arrays.binarySearch(cells, rowStarts[user], rowStarts[user + 1], cell);
            // A test set that was given may repeat a rating; equal cells get the same time.
            for (int same = at; same > rowStarts[user] && cells[same - 1] == cell; same--) {
              times[same - 1] = timestamps.get(i);
            }
            while (at + 1 < rowStarts[user + 1] && cells[at + 1] == cell) {
              times[at++] = timestamps.get(i);
            }
          }
          times[at] = timestamps.get(i);
          next[user] = at + 1;
        }
      }
    }
    return times;
  }

  /// Writes `seen.arrow`: each user's list of items, ratings and times, items ascending.
  void writeSeen(Path path) throws IOException {
    long[] times = times();
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.SEEN, Map.of())) {
      for (int first = 0; first < users(); first += SEEN_BATCH_USERS) {
        int last = Math.min(users(), first + SEEN_BATCH_USERS);
        int from = rowStarts[first];
        int count = rowStarts[last] - from;
        int[] offsets = new int[last - first + 1];
        for (int user = first; user <= last; user++) {
          offsets[user - first] = rowStarts[user] - from;
        }
        int[] rated = new int[count];
        float[] ratings = new float[count];
        for (int i = 0; i < count; i++) {
          rated[i] = item(cells[from + i]);
          ratings[i] = rating(cells[from + i]);
        }
        writer.writeBatch(
            last - first,
            Buffers.of(offsets, offsets.length),
            Buffers.of(rated, count),
            Buffers.of(ratings, count),
            MemorySegment.ofArray(times)
                .asSlice((long) from * Long.BYTES, (long) count * Long.BYTES));
      }
    }
  }

  private static long cell(int item, float rating) {
    return ((long) item << 32) | (Float.floatToRawIntBits(rating) & 0xFFFFFFFFL);
  }

  private static int item(long cell) {
    return (int) (cell >>> 32);
  }

  private static float rating(long cell) {
    return Float.intBitsToFloat((int) cell);
  }
}
