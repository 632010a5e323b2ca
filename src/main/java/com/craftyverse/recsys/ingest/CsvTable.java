package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A reader for an upload's smaller text files: items, tags and links.
///
/// A `.csv` file has a header; its columns may come in any order, and unknown columns are ignored. The files
/// of older sets have no header. Malformed rows go to [BadRows]. When a bad quote makes it unclear where the
/// next row starts, the rows up to the next clear start are skipped with it.
final class CsvTable {
  private static final int HEADER_BYTES = 1 << 14;

  private final String file;
  private final Function<List<String>, List<String>> columnsOf;
  private final int required;
  private final BadRows badRows;

  /// A consumer of rows.
  @FunctionalInterface
  interface Sink {
    /// @param row the row, only valid during the call
    /// @throws RequestException if the row is malformed
    void accept(CsvRow row) throws IOException;
  }

  /// @param file the file's name in error messages
  /// @param columns the columns to read, all of which the file must have
  /// @param badRows receives the malformed rows
  CsvTable(String file, List<String> columns, BadRows badRows) {
    this(file, _ -> columns, columns.size(), badRows);
  }

  /// @param file the file's name in error messages
  /// @param columnsOf returns the columns to read from a file with this header
  /// @param required how many of them, from the first, the file must have; the values of the others are empty
  ///     if it lacks them
  /// @param badRows receives the malformed rows
  CsvTable(
      String file, Function<List<String>, List<String>> columnsOf, int required, BadRows badRows) {
    this.file = file;
    this.columnsOf = columnsOf;
    this.required = required;
    this.badRows = badRows;
  }

  /// Reads a CSV file.
  ///
  /// @throws RequestException if this is not a CSV file or a required column is missing
  /// @throws CharacterCodingException if the text is not valid in `charset`
  void readCsv(InputStream csv, Charset charset, Sink sink) throws IOException {
    // Not closed here: the caller owns the streams.
    BufferedInputStream buffered = new BufferedInputStream(csv, HEADER_BYTES);
    char delimiter = delimiter(buffered);
    TextReader text = new TextReader(buffered, charset);
    CsvRow row = new CsvRow(file, 1);
    Iterator<CsvRow> rows =
        CsvReader.builder()
            .detectBomHeader(false)
            .fieldSeparator(delimiter)
            .skipEmptyLines(true)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .build(new Handler(row), text)
            .iterator();
    if (!hasNext(rows, row)) {
      throw RequestException.unprocessable(
          file + " is empty; expected the header " + String.join(",", columnsOf.apply(List.of())));
    }
    rows.next();
    List<String> header = IntStream.range(0, row.count()).mapToObj(row::value).toList();
    List<String> columns = columnsOf.apply(header);
    row.setColumns(columns, fieldOfColumn(header, columns));
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
    List<String> columns = columnsOf.apply(List.of());
    CsvRow row = new CsvRow(file, separatorLength);
    row.setColumns(columns, IntStream.range(0, columns.size()).toArray());
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

  /// Returns the first usual delimiter that the header has; a comma if it has none.
  private static char delimiter(BufferedInputStream csv) throws IOException {
    csv.mark(HEADER_BYTES);
    byte[] start = csv.readNBytes(HEADER_BYTES);
    csv.reset();
    for (String delimiter : List.of(",", ";", "\t", "|")) {
      if (RatingsFormat.header(start, start.length, delimiter).size() > 1) {
        return delimiter.charAt(0);
      }
    }
    return ',';
  }

  private int[] fieldOfColumn(List<String> header, List<String> columns) {
    int[] fieldOfColumn = columns.stream().mapToInt(header::indexOf).toArray();
    for (int i = 0; i < required; i++) {
      if (fieldOfColumn[i] < 0) {
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
