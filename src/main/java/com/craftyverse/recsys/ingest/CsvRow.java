package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// A row of a [CsvTable]. One object serves for all rows of a table in turn, so that rows take no memory
/// beyond what the caller keeps.
final class CsvRow {
  /// The maximum number of characters in a row. It keeps an unclosed quote from swallowing the whole file.
  static final int MAX_CHARS = 1 << 20;

  private final String file;
  private final List<String> columns;
  private final int separatorLength;

  /// The place of each column in the file, or -1.
  private int[] fieldOfColumn;

  private long line = 1;
  private char[] chars = new char[256];

  /// The end of each value in `chars`.
  private int[] ends = new int[32];

  private final BitSet quoted = new BitSet();
  private int count;

  /// Whether the next value begins a new row, which starts in line `nextLine`.
  private boolean complete = true;

  private long nextLine = 1;

  /// @param file the file's name in error messages
  /// @param columns the columns to read, in the order of the file unless [#setColumnOrder] changes it
  /// @param separatorLength the number of characters between two values
  CsvRow(String file, List<String> columns, int separatorLength) {
    this.file = file;
    this.columns = columns;
    this.separatorLength = separatorLength;
    this.fieldOfColumn = new int[columns.size()];
    Arrays.setAll(fieldOfColumn, column -> column);
  }

  void setColumnOrder(int[] fieldOfColumn) {
    this.fieldOfColumn = fieldOfColumn;
  }

  /// Makes the next value the first of a new row. Until it arrives, the last row stays, also at the end of
  /// the file.
  ///
  /// @param number the line in which the new row begins, from 1
  void beginRow(long number) {
    nextLine = number;
    complete = true;
  }

  /// Appends a value.
  ///
  /// @param wasQuoted whether the value was quoted in the file; `source` has it without the quotes
  /// @throws RequestException if the row exceeds [#MAX_CHARS]
  void add(char[] source, int offset, int length, boolean wasQuoted) {
    if (complete) {
      complete = false;
      line = nextLine;
      count = 0;
      quoted.clear();
    }
    int start = start(count);
    if (start + length + count > MAX_CHARS) {
      throw unfinishedRow(
          "a row of more than " + MAX_CHARS + " characters; is a quote not closed?");
    }
    if (start + length > chars.length) {
      chars = Arrays.copyOf(chars, 2 * (start + length));
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    System.arraycopy(source, offset, chars, start, length);
    if (wasQuoted) {
      quoted.set(count);
    }
    ends[count++] = start + length;
  }

  /// Returns the number of values.
  int count() {
    return count;
  }

  /// Returns the value at a place in the file, whether or not its column is read.
  String value(int field) {
    return new String(chars, start(field), ends[field] - start(field)).strip();
  }

  /// Returns whether the last value was quoted.
  boolean endsQuoted() {
    return quoted.get(count - 1);
  }

  /// Checks that the row has one value per column.
  ///
  /// @param names the columns of the file
  /// @throws RequestException if there are too few or too many values
  void requireAll(List<String> names) {
    if (count < names.size()) {
      throw problem(
          endPosition(count - 1),
          "the row ends after " + names.get(count - 1) + "; " + names.get(count) + " is missing");
    }
    if (count > names.size()) {
      throw problem(
          endPosition(names.size() - 1),
          "the row continues after " + names.getLast() + "; expected " + names.size() + " values");
    }
  }

  /// Returns the value of a column, or an empty string if the file lacks the column.
  String text(int column) {
    return fieldOfColumn[column] < 0 ? "" : value(fieldOfColumn[column]);
  }

  /// Returns the value of a column as an id.
  ///
  /// @throws RequestException if it is not an id
  int id(int column) {
    return (int) wholeNumber(column, Integer.MAX_VALUE, RowReader.AN_ID);
  }

  /// Returns the value of a column in epoch seconds.
  ///
  /// @throws RequestException if it is not a time, or is in milliseconds
  long seconds(int column) {
    long value = wholeNumber(column, Long.MAX_VALUE / 100, RowReader.A_TIME);
    if (value > RowReader.LATEST_TIMESTAMP) {
      throw unexpectedValue(column, RowReader.A_TIME_NOT_MILLISECONDS);
    }
    return value;
  }

  private long wholeNumber(int column, long max, String expected) {
    int from = start(fieldOfColumn[column]);
    int to = ends[fieldOfColumn[column]];
    while (from < to && Character.isWhitespace(chars[from])) {
      from++;
    }
    while (from < to && Character.isWhitespace(chars[to - 1])) {
      to--;
    }
    long value = from == to ? -1 : 0;
    for (int i = from; i < to && value >= 0; i++) {
      int digit = chars[i] - '0';
      value = digit < 0 || digit > 9 ? -1 : value * 10 + digit;
      value = value > max ? -1 : value;
    }
    if (value < 0) {
      value = Decimal.parseWholeNumber(text(column), max);
    }
    if (value < 0) {
      throw unexpectedValue(column, expected);
    }
    return value;
  }

  /// Returns the error for an invalid value.
  RequestException unexpectedValue(int column, String expected) {
    String found = text(column);
    return problem(
        column,
        columns.get(column)
            + " is "
            + (found.isEmpty() ? "empty" : ObjectKeys.quote(found))
            + ", expected "
            + expected);
  }

  /// Returns an error about a column's value.
  RequestException problem(int column, String message) {
    return problem(startPosition(fieldOfColumn[column]), message);
  }

  /// Returns an error about the value that was about to be added.
  RequestException unfinishedRow(String message) {
    Position position = complete ? new Position(nextLine, 1) : endPosition(count - 1);
    return problem(
        new Position(position.line, position.column + (complete ? 0 : separatorLength)), message);
  }

  /// Returns an error about the last value.
  RequestException problemInLastField(String message) {
    return problem(startPosition(count - 1), message);
  }

  private RequestException problem(Position position, String message) {
    return RequestException.unprocessable(
        file + ", line " + position.line + ", column " + position.column + ": " + message);
  }

  /// A place in the file, counted like an editor does.
  ///
  /// @param line the line, from 1
  /// @param column the column in characters, from 1
  private record Position(long line, int column) {}

  /// Returns the start of a value, inside its quotes if it has any.
  private Position startPosition(int field) {
    Position previousEnd = field == 0 ? new Position(line, 1) : endPosition(field - 1);
    int between = (field == 0 ? 0 : separatorLength) + (quoted.get(field) ? 1 : 0);
    return new Position(previousEnd.line, previousEnd.column + between);
  }

  /// Returns the end of a value, after its quotes if it has any.
  private Position endPosition(int field) {
    long atLine = line;
    int atColumn = 1 - separatorLength;
    for (int i = 0; i <= field; i++) {
      int quotes = quoted.get(i) ? 1 : 0;
      atColumn += separatorLength + quotes;
      for (int at = start(i); at < ends[i]; at++) {
        if (chars[at] == '\n') {
          atLine++;
          atColumn = 1;
        } else if (!Character.isLowSurrogate(chars[at])) {
          // A quote in a quoted value was doubled in the file.
          atColumn += chars[at] == '"' ? 1 + quotes : 1;
        }
      }
      atColumn += quotes;
    }
    return new Position(atLine, atColumn);
  }

  private int start(int field) {
    return field == 0 ? 0 : ends[field - 1];
  }
}
