package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// A row of a [CsvTable]. One object serves for all rows of a table in turn, so that rows take no memory
/// beyond what the caller keeps.
final class CsvRow {
  /// The maximum number of characters in a row. It keeps an unclosed quote from swallowing the whole file.
  static final int MAX_CHARS = 1 << 20;

  private final String file;
  private List<String> columns = List.of();
  private final int separatorLength;

  /// The place of each column in the file, or -1.
  private int[] fieldOfColumn = {};

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
  /// @param separatorLength the number of characters between two values
  CsvRow(String file, int separatorLength) {
    this.file = file;
    this.separatorLength = separatorLength;
  }

  /// @param columns the names of the columns to read
  /// @param fieldOfColumn the place of each in the file, -1 if the file lacks it
  void setColumns(List<String> columns, int[] fieldOfColumn) {
    this.columns = columns;
    this.fieldOfColumn = fieldOfColumn;
  }

  /// Returns the name of a column.
  String columnName(int column) {
    return columns.get(column);
  }

  /// Returns whether the file has a column.
  boolean hasColumn(int column) {
    return column < fieldOfColumn.length && fieldOfColumn[column] >= 0;
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
    return hasColumn(column) ? value(fieldOfColumn[column]) : "";
  }

  /// Returns the value of a column as a whole number of 64 bits.
  ///
  /// @throws RequestException if it is not one
  long longId(int column) {
    try {
      return new BigDecimal(text(column)).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw unexpectedValue(column, "a whole number of 64 bits");
    }
  }

  /// Returns the value of a column as an id that is a text.
  ///
  /// @throws RequestException if it is empty or too long
  String textId(int column) {
    String text = text(column);
    if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > Id.MAX_BYTES) {
      throw unexpectedValue(column, "a text of 1 to " + Id.MAX_BYTES + " bytes of UTF-8");
    }
    return text;
  }

  /// Returns the value of a column as a whole number of 32 bits.
  ///
  /// @throws RequestException if it is not one
  int number(int column) {
    return (int) wholeNumber(column, Integer.MAX_VALUE, RowReader.AN_ID);
  }

  /// Returns the value of a column in epoch seconds.
  ///
  /// @throws RequestException if it is not a time
  long seconds(int column) {
    byte[] text = text(column).getBytes(StandardCharsets.UTF_8);
    long seconds = TimeFormat.SECONDS.parse(text, 0, text.length);
    if (seconds == TimeFormat.INVALID) {
      boolean isLarge = Decimal.parse(text(column)) > TimeFormat.LATEST;
      throw unexpectedValue(
          column,
          TimeFormat.SECONDS.expected() + (isLarge ? " (these look like milliseconds)" : ""));
    }
    return seconds;
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
