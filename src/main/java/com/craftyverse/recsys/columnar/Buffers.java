package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Conversions from arrays and strings to Arrow column buffers, and the layouts to read them.
public final class Buffers {
  /// A little-endian int32 at any offset.
  public static final ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED;

  /// A little-endian int64 at any offset.
  public static final ValueLayout.OfLong INT64 = ValueLayout.JAVA_LONG_UNALIGNED;

  /// A little-endian float32 at any offset.
  public static final ValueLayout.OfFloat FLOAT32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Buffers() {}

  /// Returns the first `length` values as a segment, without copying.
  public static MemorySegment of(int[] values, int length) {
    return MemorySegment.ofArray(values).asSlice(0, (long) length * Integer.BYTES);
  }

  /// Returns the first `length` values as a segment, without copying.
  public static MemorySegment of(long[] values, int length) {
    return MemorySegment.ofArray(values).asSlice(0, (long) length * Long.BYTES);
  }

  /// Returns the first `length` values as a segment, without copying.
  public static MemorySegment of(float[] values, int length) {
    return MemorySegment.ofArray(values).asSlice(0, (long) length * Float.BYTES);
  }

  /// The two buffers of a text column.
  ///
  /// @param offsets `int32[rows + 1]`
  /// @param data the UTF-8 bytes of all texts, concatenated
  public record Text(MemorySegment offsets, MemorySegment data) {}

  /// Encodes `texts` as the buffers of a text column.
  ///
  /// @throws IllegalArgumentException when the texts take 2 GiB or more
  public static Text text(List<String> texts) {
    int[] offsets = new int[texts.size() + 1];
    byte[][] encoded = new byte[texts.size()][];
    long total = 0;
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
      total += encoded[i].length;
      if (total > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "the texts of one record batch exceed 2 GiB; write smaller batches");
      }
      offsets[i + 1] = (int) total;
    }
    byte[] data = new byte[(int) total];
    for (int i = 0; i < encoded.length; i++) {
      System.arraycopy(encoded[i], 0, data, offsets[i], encoded[i].length);
    }
    return new Text(MemorySegment.ofArray(offsets), MemorySegment.ofArray(data));
  }
}
