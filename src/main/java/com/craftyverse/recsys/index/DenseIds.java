package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The distinct ids of a column, numbered from 0 in ascending order.
///
/// MovieLens' ids are dense enough for a table from id to index. Where they are not, which a table
/// would pay for in memory, the sorted ids are searched instead.
final class DenseIds {
  /// Ids up to this get a table, of 4 bytes an id.
  private static final int LARGEST_TABLE = 1 << 26;

  private final int[] ids;
  private final int[] indexById;

  private DenseIds(int[] ids, int[] indexById) {
    this.ids = ids;
    this.indexById = indexById;
  }

  /// Numbers the ids in `column` of `file`.
  static DenseIds of(ArrowFile file, String column) {
    int max = -1;
    for (RecordBatch batch : file.batches()) {
      MemorySegment values = batch.data(column);
      for (int i = 0; i < batch.rows(); i++) {
        max = Math.max(max, values.get(Buffers.INT32, 4L * i));
      }
    }
    return max < LARGEST_TABLE ? byTable(file, column, max) : bySearch(file, column);
  }

  private static DenseIds byTable(ArrowFile file, String column, int max) {
    int[] indexById = new int[max + 1];
    for (RecordBatch batch : file.batches()) {
      MemorySegment values = batch.data(column);
      for (int i = 0; i < batch.rows(); i++) {
        indexById[values.get(Buffers.INT32, 4L * i)] = 1;
      }
    }
    int count = 0;
    for (int present : indexById) {
      count += present;
    }
    int[] ids = new int[count];
    int next = 0;
    for (int id = 0; id <= max; id++) {
      if (indexById[id] == 1) {
        ids[next] = id;
        indexById[id] = next++;
      } else {
        indexById[id] = -1;
      }
    }
    return new DenseIds(ids, indexById);
  }

  private static DenseIds bySearch(ArrowFile file, String column) {
    int[] all = new int[Math.toIntExact(file.rows())];
    for (RecordBatch batch : file.batches()) {
      MemorySegment.copy(
          batch.data(column), Buffers.INT32, 0, all, (int) batch.firstRow(), batch.rows());
    }
    Arrays.sort(all);
    int count = 0;
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[count++] = all[i];
      }
    }
    return new DenseIds(Arrays.copyOf(all, count), new int[0]);
  }

  int size() {
    return ids.length;
  }

  /// The ids, ascending; not to be changed.
  int[] ids() {
    return ids;
  }

  /// The index of `id`, or -1 when it is not among them.
  int indexOf(int id) {
    if (indexById.length > 0) {
      return id < indexById.length && id >= 0 ? indexById[id] : -1;
    }
    return Math.max(-1, Arrays.binarySearch(ids, id));
  }
}
