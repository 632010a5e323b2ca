package com.craftyverse.recsys.table;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A table rendered as CSV text: a header, then a line for each row.
public abstract class CsvText extends InputStream {
  /// Begins a line that states, as text up to the line's end, why the row in its place cannot be read.
  public static final byte PROBLEM = 1;

  private static final int INITIAL_BYTES = 1 << 17;

  /// Bytes that a number takes at most, with those behind it that may be written, too.
  static final int FIELD_BYTES = 48;

  private static final int MAX_TENTHS = 1_000_000;
  private static final long EIGHT_DIGITS = 100_000_000;
  private static final long ZEROS = 0x3030303030303030L;

  /// Bytes after the last one that may be written, too.
  static final int SLACK = 2 * Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

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
    end = number(reserve(FIELD_BYTES), value);
  }

  // Methods that take and return a position leave the end where it is, so that it stays in a
  // register within a row.

  /// Writes a whole number at a position. Returns the position after it.
  final int number(int at, long value) {
    if (value >= 0) {
      return digits(at, value);
    }
    buffer[at] = '-';
    if (value != Long.MIN_VALUE) {
      return digits(at + 1, -value);
    }
    buffer[at + 1] = '9';
    return digits(at + 2, -9_000_000_000_000_000_000L - value);
  }

  private int digits(int at, long value) {
    if (value < EIGHT_DIGITS) {
      long digits = eightDigits(value);
      int zeros = Long.numberOfTrailingZeros(digits | (1L << 56)) >>> 3;
      LONG.set(buffer, at, (digits | ZEROS) >>> (Byte.SIZE * zeros));
      return at + Long.BYTES - zeros;
    }
    int last = digits(at, value / EIGHT_DIGITS);
    LONG.set(buffer, last, eightDigits(value % EIGHT_DIGITS) | ZEROS);
    return last + Long.BYTES;
  }

  /// Returns the eight decimal digits of a number, one a byte, the first in the lowest byte. Each step halves the groups
  /// of digits of all lanes at once; a division is the multiplication by a fixed-point inverse.
  private static long eightDigits(long value) {
    long fours = value / 10_000;
    fours |= (value - 10_000 * fours) << 32;
    long high = ((fours * 10_486) >>> 20) & 0x0000007F_0000007FL;
    long pairs = high | ((fours - 100 * high) << 16);
    high = ((pairs * 103) >>> 10) & 0x000F000F_000F000FL;
    return high | ((pairs - 10 * high) << 8);
  }

  /// Writes the shortest decimal number whose nearest float is `value`; nothing for NaN.
  final int number(int at, float value) {
    int tenths = (int) (value * 10 + 0.5f);
    if ((int) value == value) {
      return number(at, (long) value);
    }
    return tenths / 10f == value && tenths >= 0 && tenths < MAX_TENTHS
        ? tenths(at, tenths)
        : ascii(at, Float.isNaN(value) ? "" : Float.toString(value));
  }

  /// Writes the shortest decimal number whose nearest double is `value`; nothing for NaN.
  final int number(int at, double value) {
    int tenths = (int) (value * 10 + 0.5);
    if ((int) value == value) {
      return number(at, (long) value);
    }
    return tenths / 10.0 == value && tenths >= 0 && tenths < MAX_TENTHS
        ? tenths(at, tenths)
        : ascii(at, Double.isNaN(value) ? "" : Double.toString(value));
  }

  /// Writes a number with one decimal, as most ratings are.
  private int tenths(int at, int tenths) {
    int point = digits(at, tenths / 10);
    buffer[point] = '.';
    buffer[point + 1] = (byte) ('0' + tenths % 10);
    return point + 2;
  }

  /// Writes a text that needs no quotes, of at most [#FIELD_BYTES].
  final int ascii(int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, buffer, at, bytes.length);
    return at + bytes.length;
  }

  final void number(float value) {
    end = number(reserve(FIELD_BYTES), value);
  }

  final void number(double value) {
    end = number(reserve(FIELD_BYTES), value);
  }

  /// Writes a byte at a position. Returns the position after it.
  final int character(int at, char character) {
    buffer[at] = (byte) character;
    return at + 1;
  }

  /// Appends a text, in quotes if it needs them.
  final void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    text(utf8, 0, utf8.length);
  }

  /// Appends values of a list as one text, joined by `|`.
  final void list(int from, int to, ArrowColumn values) {
    int mark = end;
    boolean isInner = isInList;
    isInList = true;
    for (int i = from; i < to; i++) {
      if (i > from) {
        reserve(1);
        buffer[end++] = '|';
      }
      values.append(i, this);
    }
    isInList = isInner;
    byte[] joined = Arrays.copyOfRange(buffer, mark, end);
    end = mark;
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
    int count = to - from;
    reserve(count + SLACK);
    if (count <= SLACK && from <= bytes.length - SLACK) {
      LONG.set(buffer, end, (long) LONG.get(bytes, from));
      LONG.set(buffer, end + Long.BYTES, (long) LONG.get(bytes, from + Long.BYTES));
    } else {
      System.arraycopy(bytes, from, buffer, end, count);
    }
    end += count;
  }

  /// Ends the text at a position: takes back what was appended behind it, or appends what was written before it.
  final void end(int position) {
    end = position;
  }

  /// Takes back all text that was not read. Returns it.
  final byte[] takeText() {
    byte[] text = Arrays.copyOfRange(buffer, start, end);
    start = 0;
    end = 0;
    return text;
  }

  /// Returns the position at the end.
  final int end() {
    return end;
  }

  /// Makes room for some bytes. Returns the position at the end.
  final int reserve(int count) {
    if (buffer.length - end < count) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, Math.addExact(end, count)));
    }
    return end;
  }
}
