package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rows of an upload's smaller files, those of text: movies, tags, links.
///
/// A `.csv` has a header, its columns come in any order, and others beside the wanted ones are ignored.
/// The older sets have lines without a header, in UTF-8 or in ISO-8859-1.
final class Table {
  private final String file;
  private final List<String> columns;
  private final BadRows badRows;

  /// Takes a row.
  @FunctionalInterface
  interface Sink {
    /// @throws RequestException when the row is not as it should be
    void accept(Row row) throws IOException;
  }

  /// @param file what errors call it
  /// @param columns the wanted columns
  /// @param badRows takes the rows that are not as they should be
  Table(String file, List<String> columns, BadRows badRows) {
    this.file = file;
    this.columns = columns;
    this.badRows = badRows;
  }

  /// Reads a CSV file.
  ///
  /// @throws RequestException when it is none, or lacks one of the columns
  void readCsv(InputStream csv, Sink sink) throws IOException {
    // The reader belongs to the caller's stream, which outlives it.
    Iterator<CsvRecord> rows =
        CsvReader.builder()
            .detectBomHeader(false)
            .skipEmptyLines(true)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .ofCsvRecord(new Utf8Reader(csv, file))
            .iterator();
    CsvRecord header = next(rows, 1);
    if (header == null) {
      throw RequestException.unprocessable(
          file + " is empty; the header " + String.join(",", columns) + " was expected");
    }
    int[] places = places(header.getFields());
    int width = header.getFieldCount();
    long line = header.getStartingLineNumber();
    for (CsvRecord row = next(rows, line); row != null; row = next(rows, line)) {
      line = row.getStartingLineNumber();
      String[] values = new String[places.length];
      boolean whole = row.getFieldCount() == width;
      for (int i = 0; whole && i < values.length; i++) {
        values[i] = row.getField(places[i]);
      }
      accept(line, whole ? values : null, row.getFieldCount(), width, sink);
    }
  }

  /// Reads lines without a header.
  ///
  /// @param values takes a line apart, into a value for each column or another number when it is wrong
  void readLines(InputStream input, Function<String, String[]> values, Sink sink)
      throws IOException {
    byte[] bytes = input.readAllBytes();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = new String(bytes, StandardCharsets.ISO_8859_1);
    }
    long line = 0;
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      String next = lines.next();
      line++;
      if (!next.isBlank()) {
        String[] found = values.apply(next);
        boolean whole = found.length == columns.size();
        accept(line, whole ? found : null, found.length, columns.size(), sink);
      }
    }
  }

  private void accept(long line, String @Nullable [] values, int found, int expected, Sink sink)
      throws IOException {
    String where = file + ", line " + line;
    try {
      if (values == null) {
        throw RequestException.unprocessable(
            where + ": " + found + " values, expected " + expected + " (" + names() + ")");
      }
      sink.accept(new Row(where, columns, values));
    } catch (RequestException problem) {
      badRows.add(problem);
    }
  }

  private @Nullable CsvRecord next(Iterator<CsvRecord> rows, long line) throws IOException {
    try {
      return rows.hasNext() ? rows.next() : null;
    } catch (CsvParseException e) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof RequestException refused) {
          throw refused;
        }
      }
      throw RequestException.unprocessable(file + ", after line " + line + ": " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private int[] places(List<String> header) {
    List<String> found = header.stream().map(String::strip).toList();
    int[] places = columns.stream().mapToInt(found::indexOf).toArray();
    for (int place : places) {
      if (place < 0) {
        throw RequestException.unprocessable(
            file
                + ", line 1: the header is "
                + ObjectKeys.quote(String.join(",", header))
                + ", expected "
                + String.join(",", columns));
      }
    }
    return places;
  }

  private String names() {
    return String.join(", ", columns);
  }

  /// A row: a value for each wanted column.
  ///
  /// @param where file and line, for errors
  record Row(String where, List<String> columns, String[] values) {
    String text(int column) {
      return values[column].strip();
    }

    /// An id.
    ///
    /// @throws RequestException when it is none
    int id(int column) {
      return (int) whole(column, Integer.MAX_VALUE, "a whole number from 0 to 2147483647");
    }

    /// Epoch seconds.
    ///
    /// @throws RequestException when it is no time, or milliseconds
    long seconds(int column) {
      return whole(column, RowReader.LATEST_TIMESTAMP, "whole seconds since 1970");
    }

    private long whole(int column, long most, String expected) {
      String text = text(column);
      long value = 0;
      for (int i = 0; i < text.length() && value >= 0; i++) {
        char digit = text.charAt(i);
        value = digit < '0' || digit > '9' ? -1 : value * 10 + digit - '0';
        value = value > most ? -1 : value;
      }
      if (text.isEmpty() || value < 0) {
        throw wrong(column, expected);
      }
      return value;
    }

    RequestException wrong(int column, String expected) {
      return RequestException.unprocessable(
          where
              + ": "
              + columns.get(column)
              + " is "
              + (text(column).isEmpty() ? "empty" : ObjectKeys.quote(text(column)))
              + ", expected "
              + expected);
    }
  }
}
