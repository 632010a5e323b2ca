package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A dictionary of texts: their bytes one after another, and a hash table with linear probing.
final class TextIdDictionary implements IdDictionary {
  static final int MAX_TABLE_SIZE = 1 << 28;

  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /// Multipliers of the hash, from the digits of the golden ratio and of √3.
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private static final long FINAL_MULTIPLIER = 0xBB67AE8584CAA73BL;

  private byte[] bytes = new byte[1 << 14];

  /// Where each id begins in the bytes, plus the end of the last.
  private int[] starts = new int[(1 << 10) + 1];

  /// The hash of each id.
  private int[] hashes = new int[1 << 10];

  private int size;

  /// The hash in the upper half and the code plus one in the lower; 0 for a free slot. At most half full.
  private long[] table = new long[1 << 11];

  private int lastCode = INVALID;

  @Override
  public int code(byte[] source, int from, int to) {
    // Rows of the same user often follow each other.
    if (lastCode >= 0 && isEqual(lastCode, source, from, to)) {
      return lastCode;
    }
    int hash = hash(source, from, to);
    int slot = hash & (table.length - 1);
    for (long entry = table[slot]; entry != 0; entry = table[slot]) {
      int code = (int) entry - 1;
      if ((int) (entry >>> Integer.SIZE) == hash && isEqual(code, source, from, to)) {
        lastCode = code;
        return code;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    if (!isId(source, from, to)) {
      return INVALID;
    }
    lastCode = add(source, from, to, hash, slot);
    return lastCode;
  }

  /// Compares eight bytes at a time, which for short texts is faster than [Arrays#equals].
  private boolean isEqual(int code, byte[] source, int from, int to) {
    int start = starts[code];
    int length = to - from;
    if (starts[code + 1] - start != length) {
      return false;
    }
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      if ((long) LONG.get(bytes, start + at) != (long) LONG.get(source, from + at)) {
        return false;
      }
    }
    return at == length
        || (((long) LONG.get(bytes, start + at) ^ (long) LONG.get(source, from + at))
                & lastBytes(length - at))
            == 0;
  }

  /// Returns a mask of the first `count` bytes of a word, 1 to 7.
  private static long lastBytes(int count) {
    return -1L >>> (Byte.SIZE * (Long.BYTES - count));
  }

  private static int hash(byte[] source, int from, int to) {
    long hash = (long) to - from;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = mix(hash ^ (long) LONG.get(source, at));
    }
    if (at < to) {
      hash = mix(hash ^ ((long) LONG.get(source, at) & lastBytes(to - at)));
    }
    hash *= FINAL_MULTIPLIER;
    return (int) (hash ^ (hash >>> Integer.SIZE));
  }

  private static long mix(long hash) {
    long product = hash * MULTIPLIER;
    return product ^ (product >>> 29);
  }

  private static boolean isId(byte[] source, int from, int to) {
    if (from == to || to - from > Id.MAX_BYTES) {
      return false;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(source, from, to - from));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private int add(byte[] source, int from, int to, int hash, int freeSlot) {
    int length = to - from;
    int start = starts[size];
    if (start > MAX_BYTES - length) {
      throw tooMany(size);
    }
    if (start + length + Long.BYTES > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, 2L * (start + length)) + Long.BYTES);
    }
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size + 1);
    }
    System.arraycopy(source, from, bytes, start, length);
    hashes[size] = hash;
    starts[++size] = start + length;
    table[freeSlot] = entry(hash, size - 1);
    if (2 * size > table.length) {
      grow();
    }
    return size - 1;
  }

  private void grow() {
    if (table.length >= MAX_TABLE_SIZE) {
      throw tooMany(size);
    }
    table = new long[2 * table.length];
    for (int code = 0; code < size; code++) {
      int slot = hashes[code] & (table.length - 1);
      while (table[slot] != 0) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = entry(hashes[code], code);
    }
  }

  private static long entry(int hash, int code) {
    return ((long) hash << Integer.SIZE) | (code + 1);
  }

  static RequestException tooMany(int count) {
    return RequestException.unprocessable(
        String.format(
            Locale.ROOT, "the ratings have more than %,d different ids in one column", count));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int[] sort() {
    long[] prefixes = new long[size];
    for (int code = 0; code < size; code++) {
      int length = Math.min(Long.BYTES, starts[code + 1] - starts[code]);
      long prefix = (long) BIG_ENDIAN_LONG.get(bytes, starts[code]);
      // A shorter text comes before those that it begins; both have the same prefix, so the bytes
      // decide.
      prefixes[code] = prefix & (-1L << (Byte.SIZE * (Long.BYTES - length)));
    }
    int[] order = new int[size];
    Arrays.setAll(order, code -> code);
    mergeSort(order, prefixes);
    int[] codes = new int[size];
    byte[] sortedBytes = new byte[starts[size]];
    int[] sortedStarts = new int[size + 1];
    for (int i = 0; i < size; i++) {
      int code = order[i];
      int length = starts[code + 1] - starts[code];
      System.arraycopy(bytes, starts[code], sortedBytes, sortedStarts[i], length);
      sortedStarts[i + 1] = sortedStarts[i] + length;
      codes[code] = i;
    }
    bytes = sortedBytes;
    starts = sortedStarts;
    hashes = new int[0];
    table = new long[0];
    return codes;
  }

  /// Sorts codes by their texts, bottom up, without an object per text.
  private void mergeSort(int[] order, long[] prefixes) {
    int[] sorted = order.clone();
    for (int width = 1; width < size; width *= 2) {
      for (int left = 0; left < size; left += 2 * width) {
        int middle = Math.min(left + width, size);
        int end = Math.min(middle + width, size);
        int a = left;
        int b = middle;
        for (int i = left; i < end; i++) {
          boolean takeLeft = b == end || (a < middle && compare(order[a], order[b], prefixes) <= 0);
          sorted[i] = takeLeft ? order[a++] : order[b++];
        }
      }
      System.arraycopy(sorted, 0, order, 0, size);
    }
  }

  private int compare(int a, int b, long[] prefixes) {
    int byPrefix = Long.compareUnsigned(prefixes[a], prefixes[b]);
    return byPrefix != 0
        ? byPrefix
        : Arrays.compareUnsigned(bytes, starts[a], starts[a + 1], bytes, starts[b], starts[b + 1]);
  }

  @Override
  public Id id(int code) {
    return Id.of(
        new String(bytes, starts[code], starts[code + 1] - starts[code], StandardCharsets.UTF_8));
  }

  @Override
  public void write(Path path, String column) throws IOException {
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, List.of(IdType.UTF8.column(column)), Map.of())) {
      writer.writeBatch(
          size,
          MemorySegment.ofArray(Arrays.copyOf(starts, size + 1)),
          MemorySegment.ofArray(bytes).asSlice(0, starts[size]));
    }
  }

  @Override
  public String expected() {
    return "a text of 1 to " + Id.MAX_BYTES + " bytes of UTF-8";
  }
}
