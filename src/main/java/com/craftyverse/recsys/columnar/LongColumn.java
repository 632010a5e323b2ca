package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;

/// A column of 64-bit integers in one record batch, mapped rather than copied.
///
/// @param data the values, little endian, 8 bytes each, at any alignment
public record LongColumn(MemorySegment data) {
  /// Returns the number of values.
  public int size() {
    return Math.toIntExact(data.byteSize() / Long.BYTES);
  }

  /// Returns a value.
  ///
  /// @throws IndexOutOfBoundsException when `index` is not from 0 to `size() - 1`
  public long get(int index) {
    return data.get(Buffers.INT64, (long) index * Long.BYTES);
  }

  /// Copies `count` values from `index` on to `target`, beginning at `to`.
  public void copyTo(long index, long[] target, int to, int count) {
    MemorySegment.copy(data, Buffers.INT64, index * Long.BYTES, target, to, count);
  }

  /// Returns a copy of all values.
  public long[] toArray() {
    return data.toArray(Buffers.INT64);
  }
}
