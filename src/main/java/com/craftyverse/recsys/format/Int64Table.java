package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// A table of 64-bit numbers.
record Int64Table(long[] ids) implements NumberTable {
  static Int64Table read(ArrowFile file, String column) {
    long[] ids = new long[Math.toIntExact(file.rows())];
    for (RecordBatch batch : file.batches()) {
      batch.longs(column).copyTo(0, ids, (int) batch.firstRow(), batch.rows());
    }
    return new Int64Table(ids);
  }

  @Override
  public IdType type() {
    return IdType.INT64;
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public long number(int index) {
    return ids[index];
  }

  @Override
  public int indexOf(long number) {
    return Arrays.binarySearch(ids, number);
  }

  @Override
  public IdTable select(int[] indices) {
    long[] selected = new long[indices.length];
    for (int i = 0; i < selected.length; i++) {
      selected[i] = ids[indices[i]];
    }
    return new Int64Table(selected);
  }

  @Override
  public List<MemorySegment> buffers(int from, int to) {
    return List.of(
        Buffers.of(ids, to).asSlice((long) from * Long.BYTES, (to - from) * (long) Long.BYTES));
  }
}
