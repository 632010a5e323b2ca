package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;

/// A column of 32-bit integers in one record batch, mapped rather than copied.
///
/// @param data the values, little endian, 4 bytes each, at any alignment
public record IntColumn(MemorySegment data) {
  /// Returns the number of values.
  public int size() {
    return Math.toIntExact(data.byteSize() / Integer.BYTES);
  }

  /// Returns a value.
  ///
  /// @throws IndexOutOfBoundsException when `index` is not from 0 to `size() - 1`
  public int get(int index) {
    return data.get(Buffers.INT32, (long) index * Integer.BYTES);
  }

  /// Copies `count` values from `index` on to `target`, beginning at `to`.
  public void copyTo(long index, int[] target, int to, int count) {
    MemorySegment.copy(data, Buffers.INT32, index * Integer.BYTES, target, to, count);
  }

  /// Returns a copy of all values.
  public int[] toArray() {
    return data.toArray(Buffers.INT32);
  }
}
