package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;

/// A column of single-precision floats in one record batch, mapped rather than copied.
///
/// @param data the values, little endian, 4 bytes each, at any alignment
public record FloatColumn(MemorySegment data) {
  /// Returns the number of values.
  public int size() {
    return Math.toIntExact(data.byteSize() / Float.BYTES);
  }

  /// Returns a value.
  ///
  /// @throws IndexOutOfBoundsException when `index` is not from 0 to `size() - 1`
  public float get(int index) {
    return data.get(Buffers.FLOAT32, (long) index * Float.BYTES);
  }

  /// Copies `count` values from `index` on to `target`, beginning at `to`.
  public void copyTo(long index, float[] target, int to, int count) {
    MemorySegment.copy(data, Buffers.FLOAT32, index * Float.BYTES, target, to, count);
  }

  /// Returns a copy of all values.
  public float[] toArray() {
    return data.toArray(Buffers.FLOAT32);
  }
}
