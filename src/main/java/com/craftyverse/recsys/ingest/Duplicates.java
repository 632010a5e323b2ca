package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/// A filter for duplicate ratings. If a user rated an item several times, only the latest rating stays; among
/// ratings of the same second, the last one in the file.
///
/// If rows ascend by user and item, as in MovieLens' own files, there are no duplicates, and the check costs
/// one comparison per row. Otherwise the class groups rows by a hash of the user: one pass counts, another
/// places row numbers. It then searches each group of a few hundred rows with a small hash table. This takes
/// linear time and 4 bytes per row, whatever the ids and the row order are.
final class Duplicates {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private static final int ROWS_OF_A_GROUP = 128;
  private static final int MOST_GROUP_BITS = 18;

  /// 2³² divided by the golden ratio: spreads neighbouring ids (Knuth, TAOCP 3, 6.4).
  private static final int SPREAD = 0x9E3779B9;

  private static final int BATCH_BITS = Integer.numberOfTrailingZeros(RatingsBatch.CAPACITY);

  private final ArrowFile ratings;
  private final int rows;
  private final int groupBits;
  private final MemorySegment[] users;
  private final MemorySegment[] items;
  private final MemorySegment[] timestamps;

  private final String what;

  private Duplicates(ArrowFile ratings, String what) {
    this.ratings = ratings;
    this.what = what;
    this.rows = Math.toIntExact(ratings.rows());
    this.groupBits =
        Math.min(
            MOST_GROUP_BITS,
            Integer.SIZE - Integer.numberOfLeadingZeros(rows / ROWS_OF_A_GROUP + 1));
    this.users = column("userId");
    this.items = column("itemId");
    this.timestamps = column("timestamp");
  }

  /// Finds the rows that later rows replace.
  ///
  /// @param ratings a file written by [RatingsWriter], in batches of [RatingsBatch#CAPACITY] rows
  /// @param what the name of the work in progress messages
  /// @throws InterruptedIOException if the thread is interrupted
  static BitSet find(ArrowFile ratings, String what) throws IOException {
    return new Duplicates(ratings, what).find();
  }

  /// Writes `ratings` without the `dropped` rows.
  ///
  /// @param path the file to write; an existing one is replaced
  /// @param what the name of the work in progress messages
  /// @return the counts and ranges of the remaining rows
  static RatingsSummary writeWithout(BitSet dropped, ArrowFile ratings, Path path, String what)
      throws IOException {
    Progress progress = new Progress(LOG, what + ", removing duplicates", "rows", ratings.rows());
    try (RatingsWriter writer = new RatingsWriter(path)) {
      RatingsBatch kept = new RatingsBatch();
      for (RecordBatch batch : ratings.batches()) {
        IntColumn users = batch.ints("userId");
        IntColumn items = batch.ints("itemId");
        FloatColumn values = batch.floats("rating");
        LongColumn timestamps = batch.longs("timestamp");
        for (int i = 0; i < batch.rows(); i++) {
          if (!dropped.get((int) batch.firstRow() + i)) {
            kept.users[kept.rows] = users.get(i);
            kept.items[kept.rows] = items.get(i);
            kept.ratings[kept.rows] = values.get(i);
            kept.timestamps[kept.rows] = timestamps.get(i);
            if (++kept.rows == RatingsBatch.CAPACITY) {
              writer.accept(kept);
              kept.rows = 0;
            }
          }
        }
        progress.update(batch.firstRow() + batch.rows());
      }
      if (kept.rows > 0) {
        writer.accept(kept);
      }
      return writer.summary();
    }
  }

  private MemorySegment[] column(String name) {
    return ratings.batches().stream().map(batch -> batch.data(name)).toArray(MemorySegment[]::new);
  }

  private BitSet find() throws IOException {
    Progress progress = new Progress(LOG, what + ", finding duplicates", "rows", rows);
    int[] starts = new int[(1 << groupBits) + 1];
    for (int row = 0; row < rows; row++) {
      starts[group(user(row)) + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] grouped = new int[rows];
    int[] next = Arrays.copyOf(starts, 1 << groupBits);
    for (int row = 0; row < rows; row++) {
      grouped[next[group(user(row))]++] = row;
    }
    BitSet dropped = new BitSet(rows);
    int[] table = new int[1 << 10];
    for (int group = 0; group < 1 << groupBits; group++) {
      int count = starts[group + 1] - starts[group];
      int size = 2 * (int) Math.max(1, Long.highestOneBit(count * 3L / 2));
      if (size > table.length) {
        table = new int[size];
      } else {
        Arrays.fill(table, 0, size, 0);
      }
      drop(grouped, starts[group], starts[group + 1], table, size, dropped);
      progress.update(starts[group + 1]);
    }
    return dropped;
  }

  /// Marks the duplicates in one group. `table[0, size)` holds row numbers plus one, for the pairs seen so
  /// far.
  private void drop(int[] grouped, int from, int to, int[] table, int size, BitSet dropped) {
    for (int i = from; i < to; i++) {
      int row = grouped[i];
      int user = user(row);
      int item = item(row);
      int slot = ((user * 31 + item) * SPREAD) >>> Integer.numberOfLeadingZeros(size - 1);
      while (true) {
        int other = table[slot] - 1;
        if (other < 0) {
          table[slot] = row + 1;
          break;
        }
        if (user(other) == user && item(other) == item) {
          if (timestamp(row) >= timestamp(other)) {
            dropped.set(other);
            table[slot] = row + 1;
          } else {
            dropped.set(row);
          }
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
  }

  private int group(int user) {
    return (user * SPREAD) >>> (Integer.SIZE - groupBits);
  }

  private int user(int row) {
    return users[row >>> BATCH_BITS].get(Buffers.INT32, 4L * (row & (RatingsBatch.CAPACITY - 1)));
  }

  private int item(int row) {
    return items[row >>> BATCH_BITS].get(Buffers.INT32, 4L * (row & (RatingsBatch.CAPACITY - 1)));
  }

  private long timestamp(int row) {
    return timestamps[row >>> BATCH_BITS].get(
        Buffers.INT64, 8L * (row & (RatingsBatch.CAPACITY - 1)));
  }
}
