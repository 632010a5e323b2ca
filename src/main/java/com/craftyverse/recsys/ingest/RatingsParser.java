package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads `userId,movieId,rating,timestamp` rows from bytes into columns.
///
/// The bytes are read in large chunks, and only whole lines of a chunk are parsed, so that the inner
/// loops never ask for more input: every line ends in a newline before the chunk does. Values are
/// computed digit by digit; no text is made unless for an error.
///
/// What is taken: ids of 1 to 10 digits up to 2,147,483,647, ratings from 0.5 to 5.0 with up to six
/// decimals, timestamps in epoch seconds; lines that end in LF or CRLF; a byte order mark; blank lines
/// at the end. Anything else is an error that names line and column.
final class RatingsParser {
  /// The header that the file must begin with.
  static final String HEADER = "userId,movieId,rating,timestamp";

  static final float LOWEST = 0.5f;
  static final float HIGHEST = 5.0f;

  private static final int CHUNK = 1 << 20;
  private static final int BATCH_ROWS = 1 << 17;
  private static final int MOST_DECIMALS = 6;
  private static final long[] POWERS_OF_TEN = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000};

  /// Epoch seconds beyond this are the year 5138, or milliseconds.
  private static final long LATEST_TIMESTAMP = 100_000_000_000L;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /// Takes the columns of up to some 100,000 rows. The arrays are used again after it returns.
  @FunctionalInterface
  interface Sink {
    void accept(int rows, int[] users, int[] movies, float[] ratings, long[] timestamps)
        throws IOException;
  }

  private final InputStream input;
  private final String file;
  private final Sink sink;

  private final int[] users = new int[BATCH_ROWS];
  private final int[] movies = new int[BATCH_ROWS];
  private final float[] ratings = new float[BATCH_ROWS];
  private final long[] timestamps = new long[BATCH_ROWS];
  private int rows;

  private byte[] chunk = new byte[CHUNK];

  /// Where the next value begins, while a line is parsed.
  private int position;

  /// The number of the line being parsed, from 1, and where it begins in the chunk.
  private long line;

  private int lineStart;

  /// @param input the file's bytes
  /// @param file what errors call it
  /// @param sink takes the rows
  RatingsParser(InputStream input, String file, Sink sink) {
    this.input = input;
    this.file = file;
    this.sink = sink;
  }

  /// Reads to the end.
  ///
  /// @throws RequestException at the first line that is not as it should be
  void parse() throws IOException {
    int length = 0;
    boolean headerRead = false;
    boolean atEnd = false;
    while (!atEnd) {
      int read = input.readNBytes(chunk, length, chunk.length - 1 - length);
      length += read;
      atEnd = read < chunk.length - 1 - (length - read);
      if (atEnd && length > 0 && chunk[length - 1] != '\n') {
        chunk[length++] = '\n';
      }
      int end = lastLineEnd(length);
      if (end == 0 && !atEnd) {
        line++;
        throw new RequestException(
            RequestException.Kind.UNPROCESSABLE,
            file
                + ", line "
                + line
                + ": a line of more than "
                + CHUNK
                + " bytes; this is not a ratings file");
      }
      int from = 0;
      if (!headerRead) {
        from = readHeader(end);
        headerRead = true;
      }
      parseLines(from, end);
      System.arraycopy(chunk, end, chunk, 0, length - end);
      length -= end;
    }
    flush();
  }

  /// The end of the chunk's last whole line.
  private int lastLineEnd(int length) {
    int end = length;
    while (end > 0 && chunk[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private int readHeader(int end) {
    line = 1;
    int start =
        end >= 3 && Arrays.equals(chunk, 0, 3, BYTE_ORDER_MARK, 0, 3) ? BYTE_ORDER_MARK.length : 0;
    int stop = start;
    while (stop < end && chunk[stop] != '\n') {
      stop++;
    }
    if (stop == end) {
      throw RequestException.unprocessable(
          file + " is empty; the header " + HEADER + " was expected");
    }
    int textEnd = stop > start && chunk[stop - 1] == '\r' ? stop - 1 : stop;
    String header = new String(chunk, start, textEnd - start, StandardCharsets.UTF_8);
    if (!header.equals(HEADER)) {
      throw RequestException.unprocessable(
          file + ", line 1: the header is " + ObjectKeys.quote(header) + ", expected " + HEADER);
    }
    return stop + 1;
  }

  /// Parses the lines of `chunk[from, end)`, the last of which is whole.
  private void parseLines(int from, int end) throws IOException {
    position = from;
    while (position < end) {
      line++;
      lineStart = position;
      if (isBlank(end)) {
        requireBlankToTheEnd(end);
        return;
      }
      if (rows == BATCH_ROWS) {
        flush();
      }
      users[rows] = parseId("userId");
      expectComma("userId", "movieId");
      movies[rows] = parseId("movieId");
      expectComma("movieId", "rating");
      ratings[rows] = parseRating();
      expectComma("rating", "timestamp");
      timestamps[rows] = parseTimestamp();
      expectLineEnd();
      rows++;
    }
  }

  private boolean isBlank(int end) {
    return chunk[position] == '\n'
        || (chunk[position] == '\r' && position + 1 < end && chunk[position + 1] == '\n');
  }

  private void requireBlankToTheEnd(int end) throws IOException {
    long blank = line;
    for (int i = position; i < end; i++) {
      if (chunk[i] != '\n' && chunk[i] != '\r') {
        throw RequestException.unprocessable(
            file + ", line " + blank + ": a blank line before the end of the file");
      }
    }
    int next = input.read();
    while (next == '\n' || next == '\r') {
      next = input.read();
    }
    if (next >= 0) {
      throw RequestException.unprocessable(
          file + ", line " + blank + ": a blank line before the end of the file");
    }
  }

  private int parseId(String field) {
    int start = position;
    long value = 0;
    int digit;
    while ((digit = chunk[position] - '0') >= 0 && digit <= 9) {
      value = value * 10 + digit;
      position++;
      if (value > Integer.MAX_VALUE) {
        throw wrong(start, field, "a whole number from 0 to 2147483647");
      }
    }
    if (position == start) {
      throw wrong(start, field, "a whole number from 0 to 2147483647");
    }
    return (int) value;
  }

  private float parseRating() {
    int start = position;
    long value = 0;
    int digit;
    while ((digit = chunk[position] - '0') >= 0 && digit <= 9 && position - start < 3) {
      value = value * 10 + digit;
      position++;
    }
    if (position == start) {
      throw wrong(start, "rating", "a number from 0.5 to 5.0");
    }
    float rating;
    if (chunk[position] == '.') {
      int point = position++;
      while ((digit = chunk[position] - '0') >= 0
          && digit <= 9
          && position - point <= MOST_DECIMALS) {
        value = value * 10 + digit;
        position++;
      }
      int decimals = position - point - 1;
      if (decimals == 0) {
        throw wrong(start, "rating", "a number from 0.5 to 5.0");
      }
      // Both are whole and small, so the quotient is the nearest double to the decimal number.
      rating = (float) ((double) value / POWERS_OF_TEN[decimals]);
    } else {
      rating = value;
    }
    if (!(rating >= LOWEST && rating <= HIGHEST)) {
      throw wrong(start, "rating", "a number from 0.5 to 5.0");
    }
    return rating;
  }

  private long parseTimestamp() {
    int start = position;
    long value = 0;
    int digit;
    while ((digit = chunk[position] - '0') >= 0 && digit <= 9 && position - start < 18) {
      value = value * 10 + digit;
      position++;
    }
    if (position == start) {
      throw wrong(start, "timestamp", "whole seconds since 1970");
    }
    if (value > LATEST_TIMESTAMP) {
      throw wrong(start, "timestamp", "whole seconds since 1970 (these look like milliseconds)");
    }
    return value;
  }

  private void expectComma(String after, String next) {
    byte found = chunk[position];
    if (found == ',') {
      position++;
    } else if (found == '\n' || found == '\r') {
      throw RequestException.unprocessable(
          at(position) + ": the row ends after " + after + "; " + next + " is missing");
    } else {
      throw wrong(
          fieldStart(),
          after,
          after.equals("rating")
              ? "a number from 0.5 to 5.0"
              : "a whole number from 0 to 2147483647");
    }
  }

  private void expectLineEnd() {
    if (chunk[position] == '\n') {
      position++;
    } else if (chunk[position] == '\r' && chunk[position + 1] == '\n') {
      position += 2;
    } else if (chunk[position] == ',') {
      throw RequestException.unprocessable(
          at(position) + ": the row goes on after timestamp; four values were expected");
    } else {
      throw wrong(fieldStart(), "timestamp", "whole seconds since 1970");
    }
  }

  private int fieldStart() {
    int start = position;
    while (start > lineStart && chunk[start - 1] != ',') {
      start--;
    }
    return start;
  }

  private RequestException wrong(int start, String field, String expected) {
    int stop = start;
    while (chunk[stop] != ',' && chunk[stop] != '\n' && chunk[stop] != '\r') {
      stop++;
    }
    String found = new String(chunk, start, stop - start, StandardCharsets.UTF_8);
    return RequestException.unprocessable(
        at(start)
            + ": "
            + field
            + " is "
            + (found.isEmpty() ? "empty" : ObjectKeys.quote(found))
            + ", expected "
            + expected);
  }

  private String at(int place) {
    return file + ", line " + line + ", column " + (place - lineStart + 1);
  }

  private void flush() throws IOException {
    if (rows > 0) {
      sink.accept(rows, users, movies, ratings, timestamps);
      rows = 0;
    }
  }
}
