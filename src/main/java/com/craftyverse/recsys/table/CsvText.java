package com.craftyverse.recsys.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A table rendered as CSV text: a header, then a line for each row.
public abstract class CsvText extends InputStream {
  /// Begins a line that states, as text up to the line's end, why the row in its place cannot be read.
  public static final byte PROBLEM = 1;

  private static final int INITIAL_BYTES = 1 << 17;
  private static final int MAX_DIGITS = 20;
  private static final byte[] DIGIT_PAIRS = digitPairs();

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int start;
  private int end;
  private boolean atEnd;
  private boolean isInList;

  /// Appends some rows.
  ///
  /// @return false if there are no more
  abstract boolean appendRows() throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    while (start == end && !atEnd) {
      start = 0;
      end = 0;
      atEnd = !appendRows();
    }
    if (start == end) {
      return length == 0 ? 0 : -1;
    }
    int count = Math.min(length, end - start);
    System.arraycopy(buffer, start, target, offset, count);
    start += count;
    return count;
  }

  /// Returns whether enough rows are appended for one read.
  final boolean isFull() {
    return end >= INITIAL_BYTES / 2;
  }

  final void header(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (i > 0) {
        comma();
      }
      text(names.get(i));
    }
    endRow();
  }

  final void comma() {
    reserve(1);
    buffer[end++] = ',';
  }

  final void endRow() {
    reserve(1);
    buffer[end++] = '\n';
  }

  /// Appends a line about a row that cannot be read.
  final void problem(String message) {
    byte[] text = message.replaceAll("\\s+", " ").getBytes(StandardCharsets.UTF_8);
    reserve(text.length + 2);
    buffer[end++] = PROBLEM;
    raw(text, 0, text.length);
    endRow();
  }

  /// Appends a whole number.
  final void number(long value) {
    reserve(MAX_DIGITS);
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        text(Long.toString(value));
        return;
      }
      buffer[end++] = '-';
      value = -value;
    }
    // The number of bits times log10(2), and one more if the power of ten is reached.
    int fewest = ((Long.SIZE - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    int digits = fewest + (value >= POWERS_OF_TEN[fewest] ? 1 : 0);
    digits = Math.max(1, digits);
    int at = end + digits;
    end = at;
    while (value >= 100) {
      long rest = value / 100;
      int pair = 2 * (int) (value - 100 * rest);
      buffer[--at] = DIGIT_PAIRS[pair + 1];
      buffer[--at] = DIGIT_PAIRS[pair];
      value = rest;
    }
    if (value >= 10) {
      buffer[--at] = DIGIT_PAIRS[2 * (int) value + 1];
      buffer[--at] = DIGIT_PAIRS[2 * (int) value];
    } else {
      buffer[--at] = (byte) ('0' + value);
    }
  }

  private static final long[] POWERS_OF_TEN = powersOfTen();

  private static long[] powersOfTen() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = 10 * powers[i - 1];
    }
    return powers;
  }

  private static byte[] digitPairs() {
    byte[] pairs = new byte[200];
    for (int i = 0; i < 100; i++) {
      pairs[2 * i] = (byte) ('0' + i / 10);
      pairs[2 * i + 1] = (byte) ('0' + i % 10);
    }
    return pairs;
  }

  /// Appends the shortest decimal number whose nearest float is `value`; nothing for NaN.
  final void number(float value) {
    if (!appendTenths(value) && !Float.isNaN(value)) {
      text(Float.toString(value));
    }
  }

  /// Appends the shortest decimal number whose nearest double is `value`; nothing for NaN.
  final void number(double value) {
    if (!appendTenths(value) && !Double.isNaN(value)) {
      text(Double.toString(value));
    }
  }

  /// Appends a number with at most one decimal, as most ratings are. Returns false for others.
  private boolean appendTenths(double value) {
    int whole = (int) value;
    if (whole == value) {
      number(whole);
      return true;
    }
    double tenths = value * 10;
    int wholeTenths = (int) tenths;
    // Halves are exact; other tenths are not, and take the long way.
    if (wholeTenths != tenths || value < 0 || tenths > 1e6 || wholeTenths % 5 != 0) {
      return false;
    }
    number(whole);
    reserve(2);
    buffer[end++] = '.';
    buffer[end++] = '5';
    return true;
  }

  /// Appends a text, in quotes if it needs them.
  final void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    text(utf8, 0, utf8.length);
  }

  /// Appends values of a list as one text, joined by `|`.
  final void list(int from, int to, ArrowColumn values) {
    int mark = mark();
    isInList = true;
    for (int i = from; i < to; i++) {
      if (i > from) {
        reserve(1);
        buffer[end++] = '|';
      }
      values.append(i, this);
    }
    isInList = false;
    byte[] joined = Arrays.copyOfRange(buffer, mark, end);
    reset(mark);
    text(joined, 0, joined.length);
  }

  /// Appends the text `bytes[from, to)` in UTF-8, in quotes if it needs them.
  final void text(byte[] bytes, int from, int to) {
    if (isInList) {
      raw(bytes, from, to);
      return;
    }
    boolean needsQuotes = from < to && (isEdge(bytes[from]) || isEdge(bytes[to - 1]));
    int quotes = 0;
    for (int i = from; i < to; i++) {
      byte each = bytes[i];
      needsQuotes |= each == ',' || each == '"' || each == '\n' || each == '\r';
      quotes += each == '"' ? 1 : 0;
    }
    if (!needsQuotes) {
      raw(bytes, from, to);
      return;
    }
    reserve(to - from + quotes + 2);
    buffer[end++] = '"';
    for (int i = from; i < to; i++) {
      if (bytes[i] == '"') {
        buffer[end++] = '"';
      }
      buffer[end++] = bytes[i];
    }
    buffer[end++] = '"';
  }

  private static boolean isEdge(byte character) {
    return character <= ' ' && character >= 0;
  }

  /// Appends bytes that need no quotes.
  final void raw(byte[] bytes, int from, int to) {
    reserve(to - from);
    System.arraycopy(bytes, from, buffer, end, to - from);
    end += to - from;
  }

  /// Takes back what was appended since [#mark] returned `position`.
  final void reset(int position) {
    end = position;
  }

  /// Returns the position for [#reset].
  final int mark() {
    return end;
  }

  private void reserve(int count) {
    if (buffer.length - end < count) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, Math.addExact(end, count)));
    }
  }
}
