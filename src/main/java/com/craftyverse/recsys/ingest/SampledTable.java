package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.List;
import java.util.stream.IntStream;

/// The first rows of a file as a table: what separates the values, whether the first line names the columns, and what
/// the columns' values look like.
///
/// @param delimiter what separates the values
/// @param header whether the first record has names
/// @param names the columns' names, `1`, `2` and so on without a header
/// @param columns what the columns' values look like
record SampledTable(
    String delimiter, boolean header, List<String> names, ColumnStatistics[] columns) {
  /// The delimiters in the order in which they are tried.
  static final List<String> DELIMITERS = List.of(",", ";", "\t", "|", "::", RatingsLayout.BLANKS);

  /// The least number of columns: user and item.
  static final int MIN_COLUMNS = 2;

  /// Rows that decide on the delimiter.
  private static final int DELIMITER_ROWS = 200;

  /// Rows whose values are looked at, evenly among the first megabyte's.
  private static final int MAX_ROWS = 4_096;

  /// Least share of rows with equally many values.
  private static final double MIN_EVEN_ROWS = 0.9;

  /// Detects the table in a file's first lines.
  ///
  /// @param start the first lines of the file in UTF-8
  /// @param length their bytes
  /// @param format what the request says about the file
  static SampledTable of(byte[] start, int length, RatingsFormat format) {
    return new Detector(start, length, format).table();
  }

  /// Returns what the values of each column look like.
  ///
  /// @param columns the number of columns; rows with another number are left out
  static ColumnStatistics[] statistics(
      byte[] start, int length, String delimiter, boolean header, int columns) {
    return new Detector(start, length, RatingsFormat.ANY).statistics(delimiter, header, columns);
  }

  /// Returns a column's name in messages.
  String quoted(int column) {
    return header ? ObjectKeys.quote(names.get(column)) : names.get(column);
  }

  private static final class Detector {
    private final byte[] start;
    private final int length;
    private final RatingsFormat format;
    private final int stride;

    Detector(byte[] start, int length, RatingsFormat format) {
      this.start = start;
      this.length = length;
      this.format = format;
      this.stride = stride(start, length);
    }

    SampledTable table() {
      String delimiter = delimiter();
      List<String> first = RatingsFormat.header(start, length, delimiter);
      boolean header = format.header() != null ? format.header() : isHeader(first, delimiter);
      List<String> names =
          IntStream.range(0, first.size())
              .mapToObj(i -> header && !first.get(i).isEmpty() ? first.get(i) : "" + (i + 1))
              .toList();
      return new SampledTable(
          delimiter, header, names, statistics(delimiter, header, first.size()));
    }

    /// Returns the delimiter that divides the rows evenly into enough columns, the most of them numbers and times;
    /// if none does, the one that divides the first row most.
    private String delimiter() {
      if (format.delimiter() != null) {
        return format.delimiter();
      }
      String best = null;
      int bestNumbers = -1;
      String most = DELIMITERS.getFirst();
      int mostColumns = 1;
      for (String delimiter : DELIMITERS) {
        if (delimiter.equals(",") && Boolean.TRUE.equals(format.decimalComma())) {
          continue;
        }
        int columns = RatingsFormat.header(start, length, delimiter).size();
        if (columns >= MIN_COLUMNS && isEven(delimiter, columns)) {
          int numbers = numbers(delimiter, columns);
          // Blanks also divide words.
          boolean isProse = delimiter.equals(RatingsLayout.BLANKS) && numbers == 0;
          if (numbers > bestNumbers && !isProse) {
            best = delimiter;
            bestNumbers = numbers;
          }
        }
        if (columns > mostColumns && !delimiter.equals(RatingsLayout.BLANKS)) {
          most = delimiter;
          mostColumns = columns;
        }
      }
      return best == null ? most : best;
    }

    /// Returns the number of columns with numbers or times; of empty columns, as between double tabs, none.
    private int numbers(String delimiter, int columns) {
      int numbers = 0;
      for (ColumnStatistics column : statistics(delimiter, true, columns)) {
        if (column.isEmpty()) {
          return 0;
        }
        numbers += column.isNumeric() || column.looksLikeTimes() ? 1 : 0;
      }
      return numbers;
    }

    private boolean isEven(String delimiter, int columns) {
      int rows = 0;
      int even = 0;
      CsvRecord record = new CsvRecord(start, delimiter);
      int at = RatingsFormat.afterByteOrderMark(start, length);
      while (rows < DELIMITER_ROWS && isWhole(record, at)) {
        rows++;
        even += record.count() == columns ? 1 : 0;
        at = record.next();
      }
      return rows == 0 || even >= MIN_EVEN_ROWS * rows;
    }

    /// Reads the record at `at`. Returns false at the end, or for one whose quotes the sample cuts off.
    private boolean isWhole(CsvRecord record, int at) {
      return at < length && record.read(at, length) == CsvRecord.Outcome.COMPLETE;
    }

    /// Returns whether the first record has names: a known one, or none of its values is a number although the
    /// rows below have numbers.
    private boolean isHeader(List<String> first, String delimiter) {
      if (first.stream().anyMatch(ColumnRole::isKnown)) {
        return true;
      }
      if (first.stream()
          .anyMatch(value -> !value.isEmpty() && Character.isDigit(value.charAt(0)))) {
        return false;
      }
      for (ColumnStatistics column : statistics(delimiter, true, first.size())) {
        if (column.isMostlyNumeric()) {
          return true;
        }
      }
      return false;
    }

    private ColumnStatistics[] statistics(String delimiter, boolean header, int columns) {
      ColumnStatistics[] statistics = new ColumnStatistics[columns];
      for (int i = 0; i < columns; i++) {
        statistics[i] = new ColumnStatistics();
      }
      CsvRecord record = new CsvRecord(start, delimiter);
      int at = RatingsFormat.afterByteOrderMark(start, length);
      int row = header ? -1 : 0;
      while (isWhole(record, at)) {
        if (row >= 0 && row % stride == 0 && record.count() == columns) {
          for (int i = 0; i < columns; i++) {
            statistics[i].add(start, record.start(i), record.end(i));
          }
        }
        row++;
        at = record.next();
      }
      return statistics;
    }

    /// Returns the distance between rows that are looked at, so that they are some thousands.
    private static int stride(byte[] start, int length) {
      int lines = 0;
      for (int i = 0; i < length; i++) {
        lines += start[i] == '\n' ? 1 : 0;
      }
      return 1 + lines / MAX_ROWS;
    }
  }
}
