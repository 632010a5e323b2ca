package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.step.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A filter for duplicate ratings. If a user rated an item several times, only the latest rating stays; among
/// ratings of the same second, the last one in the file. Choices add up, at the time of the latest.
///
/// If rows ascend by user and item, as in MovieLens' own files, there are no duplicates, and the check costs
/// one comparison per row. Otherwise the class groups rows by a hash of the user: one pass counts, another
/// places row numbers. It then searches each group of a few hundred rows with a small hash table. This takes
/// linear time and 4 bytes per row, whatever the ids and the row order are.
final class Duplicates {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private static final int ROWS_PER_GROUP = 128;
  private static final int MAX_GROUP_BITS = 18;

  /// 2³² divided by the golden ratio: spreads neighbouring ids (Knuth, TAOCP 3, 6.4).
  private static final int HASH_MULTIPLIER = 0x9E3779B9;

  private static final int BATCH_BITS = Integer.numberOfTrailingZeros(RatingsBatch.CAPACITY);

  private final int rows;
  private final int groupBits;
  private final MemorySegment[] users;
  private final MemorySegment[] items;
  private final MemorySegment[] timestamps;
  private final MemorySegment[] values;

  private final String label;

  /// The amounts of pairs that occur more than once, in their last row; null if amounts are not summed.
  private final double @Nullable [] amounts;

  /// What was found.
  ///
  /// @param rows the rows that later rows replace
  /// @param amounts by row, the pair's sum if it occurs more than once, else 0; empty if amounts are not summed
  record Result(BitSet rows, double[] amounts) {
    static final Result NONE = new Result(new BitSet(), new double[0]);

    /// Returns the value of a row that stays.
    float value(int row, float value) {
      return amounts.length == 0 || amounts[row] == 0 ? value : (float) amounts[row];
    }
  }

  private Duplicates(ArrowFile ratings, Feedback feedback, String label) {
    this.values = feedback == Feedback.CHOICES ? column("rating", ratings) : new MemorySegment[0];
    this.label = label;
    this.rows = Math.toIntExact(ratings.rows());
    this.groupBits =
        Math.min(
            MAX_GROUP_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(rows / ROWS_PER_GROUP + 1));
    this.users = column("userId", ratings);
    this.items = column("itemId", ratings);
    this.timestamps = column("timestamp", ratings);
    this.amounts = feedback == Feedback.CHOICES ? new double[rows] : null;
  }

  /// Finds the rows that later rows replace.
  ///
  /// @param ratings a file written by [RatingsWriter], in batches of [RatingsBatch#CAPACITY] rows
  /// @param feedback whether later ratings replace earlier ones, or choices add up
  /// @param label the name of the work in progress messages
  /// @throws InterruptedIOException if the thread is interrupted
  static Result find(ArrowFile ratings, Feedback feedback, String label) throws IOException {
    return new Duplicates(ratings, feedback, label).find();
  }

  private static MemorySegment[] column(String name, ArrowFile ratings) {
    return ratings.batches().stream().map(batch -> batch.data(name)).toArray(MemorySegment[]::new);
  }

  private Result find() throws IOException {
    Progress progress = new Progress(LOG, label + ", finding duplicates", "rows", rows);
    int[] starts = new int[(1 << groupBits) + 1];
    for (int row = 0; row < rows; row++) {
      starts[group(user(row)) + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] rowsByGroup = new int[rows];
    int[] next = Arrays.copyOf(starts, 1 << groupBits);
    for (int row = 0; row < rows; row++) {
      rowsByGroup[next[group(user(row))]++] = row;
    }
    BitSet duplicates = new BitSet(rows);
    int[] table = new int[1 << 10];
    for (int group = 0; group < 1 << groupBits; group++) {
      int count = starts[group + 1] - starts[group];
      int size = 2 * (int) Math.max(1, Long.highestOneBit(count * 3L / 2));
      if (size > table.length) {
        table = new int[size];
      } else {
        Arrays.fill(table, 0, size, 0);
      }
      findInGroup(rowsByGroup, starts[group], starts[group + 1], table, size, duplicates);
      progress.update(starts[group + 1]);
    }
    return new Result(duplicates, amounts == null ? new double[0] : amounts);
  }

  /// Marks the duplicates in one group. `table[0, size)` holds row numbers plus one, for the pairs seen so
  /// far.
  private void findInGroup(
      int[] rowsByGroup, int from, int to, int[] table, int size, BitSet duplicates) {
    for (int i = from; i < to; i++) {
      int row = rowsByGroup[i];
      int user = user(row);
      int item = item(row);
      int slot = ((user * 31 + item) * HASH_MULTIPLIER) >>> Integer.numberOfLeadingZeros(size - 1);
      while (true) {
        int other = table[slot] - 1;
        if (other < 0) {
          table[slot] = row + 1;
          break;
        }
        if (user(other) == user && item(other) == item) {
          boolean isLater = timestamp(row) >= timestamp(other);
          duplicates.set(isLater ? other : row);
          if (isLater) {
            table[slot] = row + 1;
          }
          if (amounts != null) {
            amounts[isLater ? row : other] = amount(row) + amount(other);
          }
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
  }

  private int group(int user) {
    return (user * HASH_MULTIPLIER) >>> (Integer.SIZE - groupBits);
  }

  private int user(int row) {
    return users[row >>> BATCH_BITS].get(Buffers.INT32, 4L * (row & (RatingsBatch.CAPACITY - 1)));
  }

  private int item(int row) {
    return items[row >>> BATCH_BITS].get(Buffers.INT32, 4L * (row & (RatingsBatch.CAPACITY - 1)));
  }

  /// Returns the sum of the rows of a pair so far.
  private double amount(int row) {
    double[] sums = Objects.requireNonNull(amounts);
    return sums[row] != 0
        ? sums[row]
        : values[row >>> BATCH_BITS].get(Buffers.FLOAT32, 4L * (row & (RatingsBatch.CAPACITY - 1)));
  }

  private long timestamp(int row) {
    return timestamps[row >>> BATCH_BITS].get(
        Buffers.INT64, 8L * (row & (RatingsBatch.CAPACITY - 1)));
  }
}
