package com.craftyverse.recsys.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A parser for records of delimited text ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)). A quoted
/// value may contain separators, doubled quotes and line breaks. Records end in LF or CRLF.
///
/// Blanks around a value are ignored, also outside its quotes. A quote inside an unquoted value is an
/// ordinary character. If a blank is the separator, so is any run of blanks and tabs. One object parses all
/// records in turn.
final class CsvRecord {
  /// How a record ends.
  enum Outcome {
    /// At a line end or at the last byte.
    COMPLETE,

    /// Inside quotes, which open at [#problemOffset].
    UNCLOSED_QUOTE,

    /// Malformed: at [#problemOffset], text follows a closing quote without a separator.
    TEXT_AFTER_QUOTE
  }

  private final byte[] bytes;
  private final byte separator;
  private final int separatorLength;

  /// Whether runs of blanks separate values.
  private final boolean byBlanks;

  private int[] starts = new int[8];
  private int[] ends = new int[8];
  private int[] outerEnds = new int[8];
  private int count;
  private int start;
  private int next;
  private int problemOffset;

  /// @param bytes the buffer with the records; its content may change between records
  /// @param separator one ASCII character, or the same one twice
  CsvRecord(byte[] bytes, String separator) {
    this.bytes = bytes;
    this.separator = (byte) separator.charAt(0);
    this.separatorLength = separator.length();
    this.byBlanks = separator.equals(RatingsLayout.BLANKS);
  }

  /// Reads the record that begins at `from` in `bytes[from, to)`.
  Outcome read(int from, int to) {
    start = from;
    count = 0;
    int at = from;
    while (true) {
      int first = skipBlanks(at, to);
      int last;
      int end;
      if (first < to && bytes[first] == '"') {
        int close = closingQuote(first, to);
        if (close == to) {
          problemOffset = first;
          return Outcome.UNCLOSED_QUOTE;
        }
        end = byBlanks ? close + 1 : skipBlanks(close + 1, to);
        if (end < to && !isSeparator(end, to) && !isLineEnd(end, to)) {
          problemOffset = end;
          return Outcome.TEXT_AFTER_QUOTE;
        }
        first++;
        last = close;
      } else {
        end = first;
        while (end < to && bytes[end] != '\n' && !isSeparator(end, to)) {
          end++;
        }
        if (end > first && end < to && bytes[end] == '\n' && bytes[end - 1] == '\r') {
          end--;
        }
        last = end;
        while (last > first && isBlank(bytes[last - 1])) {
          last--;
        }
      }
      add(first, last, end);
      if (byBlanks) {
        end = skipBlanks(end, to);
      }
      if (end == to) {
        next = to;
        return Outcome.COMPLETE;
      }
      if (isLineEnd(end, to)) {
        next = bytes[end] == '\n' ? end + 1 : end + 2;
        return Outcome.COMPLETE;
      }
      at = byBlanks ? end : end + separatorLength;
    }
  }

  private int closingQuote(int open, int to) {
    int at = open + 1;
    while (at < to) {
      if (bytes[at] != '"') {
        at++;
      } else if (at + 1 < to && bytes[at + 1] == '"') {
        at += 2;
      } else {
        return at;
      }
    }
    return to;
  }

  private int skipBlanks(int from, int to) {
    int at = from;
    while (at < to && isBlank(bytes[at])) {
      at++;
    }
    return at;
  }

  private boolean isBlank(byte character) {
    return (character == ' ' || character == '\t') && (byBlanks || character != separator);
  }

  private boolean isSeparator(int at, int to) {
    return byBlanks
        ? isBlank(bytes[at])
        : bytes[at] == separator
            && (separatorLength == 1 || (at + 1 < to && bytes[at + 1] == separator));
  }

  private boolean isLineEnd(int at, int to) {
    return bytes[at] == '\n' || (bytes[at] == '\r' && at + 1 < to && bytes[at + 1] == '\n');
  }

  private void add(int first, int last, int end) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      outerEnds = Arrays.copyOf(outerEnds, 2 * count);
    }
    starts[count] = first;
    ends[count] = last;
    outerEnds[count] = end;
    count++;
  }

  /// Returns the number of values.
  int count() {
    return count;
  }

  /// Returns the start of the value at `field`, inside its quotes if it has any.
  int start(int field) {
    return starts[field];
  }

  /// Returns the end of the value at `field`, inside its quotes if it has any.
  int end(int field) {
    return ends[field];
  }

  /// Returns the position of the separator or line end after the value at `field`.
  int outerEnd(int field) {
    return outerEnds[field];
  }

  /// Returns the start of the next record.
  int next() {
    return next;
  }

  /// Returns the position of the error.
  int problemOffset() {
    return problemOffset;
  }

  /// Returns the number of line breaks between the record's start and `at`.
  int lineBreaks(int at) {
    int breaks = 0;
    for (int i = start; i < at; i++) {
      breaks += bytes[i] == '\n' ? 1 : 0;
    }
    return breaks;
  }

  /// Returns the column of `at` in its line, in UTF-8 characters from 1.
  int column(int at) {
    int column = 1;
    for (int i = at - 1; i >= start && bytes[i] != '\n'; i--) {
      // Continuation bytes are 10xxxxxx.
      column += (bytes[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return column;
  }

  /// Returns the value at `field`. In a quoted value, doubled quotes become single ones.
  String text(int field) {
    String text = Encoding.decode(bytes, starts[field], ends[field]);
    boolean quoted = starts[field] > start && bytes[starts[field] - 1] == '"';
    return quoted ? text.replace("\"\"", "\"") : text;
  }

  /// Returns whether the value at `field` is quoted and has quotes, which are doubled.
  boolean hasDoubledQuotes(int field) {
    if (starts[field] == start || bytes[starts[field] - 1] != '"') {
      return false;
    }
    for (int i = starts[field]; i < ends[field]; i++) {
      if (bytes[i] == '"') {
        return true;
      }
    }
    return false;
  }

  /// Returns all values.
  List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text(i));
    }
    return texts;
  }
}
