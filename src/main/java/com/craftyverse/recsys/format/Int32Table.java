package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// A table of 32-bit numbers.
record Int32Table(int[] ids) implements NumberTable {
  static Int32Table read(ArrowFile file, String column) {
    int[] ids = new int[Math.toIntExact(file.rows())];
    for (RecordBatch batch : file.batches()) {
      batch.ints(column).copyTo(0, ids, (int) batch.firstRow(), batch.rows());
    }
    return new Int32Table(ids);
  }

  @Override
  public IdType type() {
    return IdType.INT32;
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
    return number == (int) number ? Arrays.binarySearch(ids, (int) number) : -1;
  }

  @Override
  public int firstDescent() {
    int row = 1;
    while (row < ids.length && ids[row] > ids[row - 1]) {
      row++;
    }
    return row;
  }

  @Override
  public IdTable select(int[] indices) {
    int[] selected = new int[indices.length];
    for (int i = 0; i < selected.length; i++) {
      selected[i] = ids[indices[i]];
    }
    return new Int32Table(selected);
  }

  @Override
  public List<MemorySegment> buffers(int from, int to) {
    return List.of(
        Buffers.of(ids, to)
            .asSlice((long) from * Integer.BYTES, (to - from) * (long) Integer.BYTES));
  }
}
