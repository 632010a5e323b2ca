package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A dictionary of 64-bit whole numbers: a hash table with linear probing.
final class LongIdDictionary implements IdDictionary {
  /// 2⁶⁴ divided by the golden ratio: spreads neighbouring ids (Knuth, TAOCP 3, 6.4).
  private static final long HASH_MULTIPLIER = 0x9E3779B97F4A7C15L;

  private static final int MAX_PLAIN_DIGITS = 18;

  private long[] ids = new long[1 << 10];
  private int size;

  /// Codes plus one, 0 for a free slot; at most half full.
  private int[] table = new int[1 << 11];

  @Override
  public int code(byte[] bytes, int from, int to) {
    boolean negative = from < to && bytes[from] == '-';
    int at = negative ? from + 1 : from;
    long value = 0;
    int first = at;
    while (at < to && at - first < MAX_PLAIN_DIGITS && bytes[at] >= '0' && bytes[at] <= '9') {
      value = value * 10 + (bytes[at++] - '0');
    }
    if (at < to || at == first) {
      String text = new String(bytes, from, to - from, StandardCharsets.UTF_8).strip();
      if (text.startsWith("+") || Double.isNaN(Decimal.parse(text))) {
        return INVALID;
      }
      try {
        return code(new BigDecimal(text).longValueExact());
      } catch (ArithmeticException e) {
        return INVALID;
      }
    }
    return code(negative ? -value : value);
  }

  private int code(long id) {
    int slot = slot(id);
    while (table[slot] != 0) {
      int code = table[slot] - 1;
      if (ids[code] == id) {
        return code;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    if (2 * (size + 1) > table.length) {
      grow();
      return code(id);
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size] = id;
    table[slot] = ++size;
    return size - 1;
  }

  private int slot(long id) {
    return (int)
        ((id * HASH_MULTIPLIER) >>> (Long.SIZE - Integer.numberOfTrailingZeros(table.length)));
  }

  private void grow() {
    if (table.length >= TextIdDictionary.MAX_TABLE_SIZE) {
      throw TextIdDictionary.tooMany(size);
    }
    table = new int[2 * table.length];
    for (int code = 0; code < size; code++) {
      int slot = slot(ids[code]);
      while (table[slot] != 0) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = code + 1;
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int[] sort() {
    long[] sorted = Arrays.copyOf(ids, size);
    Arrays.sort(sorted);
    int[] codes = new int[size];
    for (int code = 0; code < size; code++) {
      codes[code] = Arrays.binarySearch(sorted, ids[code]);
    }
    ids = sorted;
    table = new int[0];
    return codes;
  }

  @Override
  public Id id(int code) {
    return Id.of(ids[code]);
  }

  @Override
  public void write(Path path, String column) throws IOException {
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, List.of(IdType.INT64.column(column)), Map.of())) {
      writer.writeBatch(size, Buffers.of(ids, size));
    }
  }

  @Override
  public String expected() {
    return "a whole number of 64 bits";
  }
}
