package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.nio.charset.StandardCharsets;

/// Reads one row of ratings value by value, in any layout, and says in a sentence what is wrong with
/// it: file, line, column, what was found and what was expected.
final class RowReader {
  /// Epoch seconds beyond this are the year 5138, or milliseconds.
  static final long LATEST_TIMESTAMP = 100_000_000_000L;

  /// What ids are expected to be, in the words of errors.
  static final String AN_ID = "a whole number from 0 to 2147483647";

  /// What timestamps are expected to be.
  static final String A_TIME = "whole seconds since 1970";

  /// The same where they are too large.
  static final String A_TIME_NOT_MILLISECONDS = A_TIME + " (these look like milliseconds)";

  private static final int MOST_DECIMALS = 6;
  private static final int MOST_DIGITS = MOST_DECIMALS + 5;
  private static final double[] POWERS_OF_TEN = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000};

  private final byte[] chunk;
  private final RatingsLayout layout;
  private final RatingScale scale;
  private final String file;

  private long line;
  private int lineStart;
  private int lineEnd;

  private int user;
  private int movie;
  private float rating;
  private long timestamp;

  /// @param chunk the bytes that rows lie in; what is in it may change between rows
  /// @param scale the ratings that may be
  /// @param file what errors call the file
  RowReader(byte[] chunk, RatingsLayout layout, RatingScale scale, String file) {
    this.chunk = chunk;
    this.layout = layout;
    this.scale = scale;
    this.file = file;
  }

  RatingsLayout layout() {
    return layout;
  }

  int user() {
    return user;
  }

  int movie() {
    return movie;
  }

  float rating() {
    return rating;
  }

  long timestamp() {
    return timestamp;
  }

  /// Whether the line at `start` is empty.
  boolean isBlank(int start) {
    return chunk[start] == '\n' || (chunk[start] == '\r' && chunk[start + 1] == '\n');
  }

  /// Reads the row that begins at `start` and ends before a newline.
  ///
  /// @param number the line's number, for errors
  /// @throws RequestException when it is not as it should be
  void read(int start, long number) {
    line = number;
    lineStart = start;
    lineEnd = start;
    while (chunk[lineEnd] != '\n') {
      lineEnd++;
    }
    if (lineEnd > start && chunk[lineEnd - 1] == '\r') {
      lineEnd--;
    }
    int position = start;
    for (int column = 0; column < layout.columns(); column++) {
      int end = valueEnd(position);
      take(column, position, end);
      position = end;
      if (column < layout.columns() - 1) {
        if (position == lineEnd) {
          throw problem(
              position,
              "the row ends after "
                  + layout.column(column)
                  + "; "
                  + layout.column(column + 1)
                  + " is missing");
        }
        position += layout.separator().length();
      }
    }
    if (position != lineEnd) {
      throw problem(
          position,
          "the row goes on after "
              + layout.column(layout.columns() - 1)
              + "; "
              + layout.columns()
              + " values were expected");
    }
  }

  /// Where the value at `start` ends: at a separator outside of quotes, or at the line's end.
  private int valueEnd(int start) {
    boolean quoted = false;
    for (int i = start; i < lineEnd; i++) {
      if (chunk[i] == '"') {
        quoted = !quoted;
      } else if (!quoted && isSeparator(i)) {
        return i;
      }
    }
    return lineEnd;
  }

  private boolean isSeparator(int at) {
    String separator = layout.separator();
    return chunk[at] == separator.charAt(0)
        && (separator.length() == 1 || chunk[at + 1] == separator.charAt(1));
  }

  private void take(int column, int start, int end) {
    boolean quoted = end - start >= 2 && chunk[start] == '"' && chunk[end - 1] == '"';
    int from = quoted ? start + 1 : start;
    int to = quoted ? end - 1 : end;
    if (column == layout.user()) {
      user = (int) whole(column, from, to, Integer.MAX_VALUE, AN_ID);
    } else if (column == layout.movie()) {
      movie = (int) whole(column, from, to, Integer.MAX_VALUE, AN_ID);
    } else if (column == layout.rating()) {
      rating = rating(column, from, to);
    } else if (column == layout.timestamp()) {
      timestamp = whole(column, from, to, Long.MAX_VALUE / 100, A_TIME);
      if (timestamp > LATEST_TIMESTAMP) {
        throw wrong(column, from, to, A_TIME_NOT_MILLISECONDS);
      }
    }
  }

  private long whole(int column, int from, int to, long most, String expected) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = chunk[i] - '0';
      if (digit < 0 || digit > 9) {
        throw wrong(column, from, to, expected);
      }
      value = value * 10 + digit;
      if (value > most) {
        throw wrong(column, from, to, expected);
      }
    }
    if (from == to) {
      throw wrong(column, from, to, expected);
    }
    return value;
  }

  private float rating(int column, int from, int to) {
    int first = from < to && chunk[from] == '-' && scale.min() < 0 ? from + 1 : from;
    long value = 0;
    int point = -1;
    for (int i = first; i < to; i++) {
      int digit = chunk[i] - '0';
      if (chunk[i] == '.' && point < 0 && i > first && i < to - 1) {
        point = i;
      } else if (digit < 0 || digit > 9 || i - first > MOST_DIGITS) {
        throw wrong(column, from, to, scale.describe());
      } else {
        value = value * 10 + digit;
      }
    }
    int decimals = point < 0 ? 0 : to - point - 1;
    // Both are whole and small, so the quotient is the nearest double to the decimal number.
    double size = decimals > MOST_DECIMALS ? Double.NaN : value / POWERS_OF_TEN[decimals];
    double rating = first > from ? -size : size;
    if (first == to || !scale.has(rating)) {
      throw wrong(column, from, to, scale.describe());
    }
    return (float) rating;
  }

  private RequestException wrong(int column, int from, int to, String expected) {
    String found = new String(chunk, from, to - from, StandardCharsets.UTF_8);
    return problem(
        from,
        layout.column(column)
            + " is "
            + (found.isEmpty() ? "empty" : ObjectKeys.quote(found))
            + ", expected "
            + expected);
  }

  private RequestException problem(int place, String what) {
    return RequestException.unprocessable(
        file + ", line " + line + ", column " + (place - lineStart + 1) + ": " + what);
  }
}
