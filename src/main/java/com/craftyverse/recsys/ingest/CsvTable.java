package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A reader for an upload's smaller text files: items, tags and links.
///
/// A `.csv` file has a header; its columns may come in any order, and unknown columns are ignored. The files
/// of older sets have no header. Malformed rows go to [BadRows]. When a bad quote makes it unclear where the
/// next row starts, the rows up to the next clear start are skipped with it.
final class CsvTable {
  private final String file;
  private final List<String> columns;
  private final Set<String> optional;
  private final BadRows badRows;

  /// A consumer of rows.
  @FunctionalInterface
  interface Sink {
    /// @param row the row, only valid during the call
    /// @throws RequestException if the row is malformed
    void accept(CsvRow row) throws IOException;
  }

  /// @param file the file's name in error messages
  /// @param columns the columns to read
  /// @param badRows receives the malformed rows
  CsvTable(String file, List<String> columns, BadRows badRows) {
    this(file, columns, Set.of(), badRows);
  }

  /// @param file the file's name in error messages
  /// @param columns the columns to read
  /// @param optional the columns that a CSV file may lack; their values are then empty
  /// @param badRows receives the malformed rows
  CsvTable(String file, List<String> columns, Set<String> optional, BadRows badRows) {
    this.file = file;
    this.columns = columns;
    this.optional = optional;
    this.badRows = badRows;
  }

  /// Reads a CSV file.
  ///
  /// @throws RequestException if this is not a CSV file or a required column is missing
  /// @throws CharacterCodingException if the text is not valid in `charset`
  void readCsv(InputStream csv, Charset charset, Sink sink) throws IOException {
    // Not closed here: the caller owns the stream.
    TextReader text = new TextReader(csv, charset);
    CsvRow row = new CsvRow(file, columns, 1);
    Iterator<CsvRow> rows =
        CsvReader.builder()
            .detectBomHeader(false)
            .skipEmptyLines(true)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .build(new Handler(row), text)
            .iterator();
    if (!hasNext(rows, row)) {
      throw RequestException.unprocessable(
          file + " is empty; expected the header " + String.join(",", columns));
    }
    rows.next();
    List<String> header = IntStream.range(0, row.count()).mapToObj(row::value).toList();
    row.setColumnOrder(fieldOfColumn(header));
    while (true) {
      try {
        if (!hasNext(rows, row)) {
          return;
        }
        if (row.endsQuoted() && text.isAtEnd() && !text.endsWithQuote()) {
          throw row.problemInLastField("the quote before this is never closed");
        }
      } catch (RequestException problem) {
        badRows.add(
            RequestException.unprocessable(problem.getMessage() + "; rest of the file skipped"));
        return;
      }
      rows.next();
      accept(row, header, sink);
    }
  }

  /// A library callback that passes on rows without creating a string per value.
  private static final class Handler extends AbstractBaseCsvCallbackHandler<CsvRow> {
    private final CsvRow row;

    Handler(CsvRow row) {
      this.row = row;
    }

    @Override
    protected void handleBegin(long line) {
      row.beginRow(line);
    }

    @Override
    protected void handleField(int field, char[] buffer, int offset, int length, boolean quoted) {
      row.add(buffer, offset, length, quoted);
    }

    @Override
    protected CsvRow buildRecord() {
      return row;
    }
  }

  /// Reads lines without a header.
  ///
  /// @param separatorLength the number of characters between two values
  /// @param values splits a line into one value per column; another number of values makes the row malformed
  /// @throws CharacterCodingException if the text is not valid in `charset`
  void readLines(
      InputStream input,
      Charset charset,
      int separatorLength,
      Function<String, String[]> values,
      Sink sink)
      throws IOException {
    String text = charset.newDecoder().decode(ByteBuffer.wrap(input.readAllBytes())).toString();
    CsvRow row = new CsvRow(file, columns, separatorLength);
    long line = 0;
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      String next = lines.next();
      line++;
      if (!next.isBlank()) {
        row.beginRow(line);
        for (String value : values.apply(next)) {
          row.add(value.toCharArray(), 0, value.length(), false);
        }
        accept(row, columns, sink);
      }
    }
  }

  private void accept(CsvRow row, List<String> names, Sink sink) throws IOException {
    try {
      row.requireAll(names);
      sink.accept(row);
    } catch (RequestException problem) {
      badRows.add(problem);
    }
  }

  private static boolean hasNext(Iterator<CsvRow> rows, CsvRow row) throws IOException {
    try {
      return rows.hasNext();
    } catch (CsvParseException e) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof RequestException requestException) {
          throw requestException;
        }
      }
      throw row.unfinishedRow("unexpected text after the closing quote");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private int[] fieldOfColumn(List<String> header) {
    int[] fieldOfColumn = columns.stream().mapToInt(header::indexOf).toArray();
    for (int i = 0; i < fieldOfColumn.length; i++) {
      String column = columns.get(i);
      if (fieldOfColumn[i] < 0 && optional.contains(column)) {
        badRows.add(
            RequestException.unprocessable(
                file
                    + ", line 1: the column "
                    + column
                    + " is missing; the file is read without it"));
      } else if (fieldOfColumn[i] < 0) {
        throw RequestException.unprocessable(
            file
                + ", line 1: the header is "
                + ObjectKeys.quote(String.join(",", header))
                + ", expected "
                + String.join(",", columns));
      }
    }
    return fieldOfColumn;
  }
}
