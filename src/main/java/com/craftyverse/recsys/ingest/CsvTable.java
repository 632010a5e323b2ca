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

/// Reads the rows of an upload's smaller text files: items, tags and links.
///
/// A `.csv` file has a header; its columns may come in any order, and unknown columns are ignored. The files
/// of older sets have no header. Malformed rows go to [BadRows]. When a bad quote makes it unclear where the
/// next row starts, the rows up to the next clear start are skipped with it.
final class CsvTable {
  private final String file;
  private final List<String> columns;
  private final Set<String> optional;
  private final BadRows badRows;

  /// Takes a row.
  @FunctionalInterface
  interface Sink {
    /// @param row is another one after this call
    /// @throws RequestException when the row is malformed
    void accept(CsvRow row) throws IOException;
  }

  /// @param file what errors call it
  /// @param columns the wanted columns
  /// @param badRows takes the malformed rows
  CsvTable(String file, List<String> columns, BadRows badRows) {
    this(file, columns, Set.of(), badRows);
  }

  /// @param file what errors call it
  /// @param columns the wanted columns
  /// @param optional those of them that a CSV file may do without; their values are empty then
  /// @param badRows takes the malformed rows
  CsvTable(String file, List<String> columns, Set<String> optional, BadRows badRows) {
    this.file = file;
    this.columns = columns;
    this.optional = optional;
    this.badRows = badRows;
  }

  /// Reads a CSV file.
  ///
  /// @throws RequestException when it is none, or lacks one of the columns
  /// @throws CharacterCodingException when it is in another encoding
  void readCsv(InputStream csv, Charset charset, Sink sink) throws IOException {
    // The reader belongs to the caller's stream, which outlives it.
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
          file + " is empty; the header " + String.join(",", columns) + " was expected");
    }
    rows.next();
    List<String> header = IntStream.range(0, row.count()).mapToObj(row::value).toList();
    row.setPlaces(places(header));
    while (true) {
      try {
        if (!hasNext(rows, row)) {
          return;
        }
        if (row.endsQuoted() && text.isAtEnd() && !text.endsWithQuote()) {
          throw row.last("the quote before this is not closed");
        }
      } catch (RequestException problem) {
        badRows.add(
            RequestException.unprocessable(
                problem.getMessage() + "; the rest of the file is left out"));
        return;
      }
      rows.next();
      accept(row, header, sink);
    }
  }

  /// The library's way to hand out rows without making strings of all values.
  private static final class Handler extends AbstractBaseCsvCallbackHandler<CsvRow> {
    private final CsvRow row;

    Handler(CsvRow row) {
      this.row = row;
    }

    @Override
    protected void handleBegin(long line) {
      row.begin(line);
    }

    @Override
    protected void handleField(int place, char[] buffer, int offset, int length, boolean quoted) {
      row.add(buffer, offset, length, quoted);
    }

    @Override
    protected CsvRow buildRecord() {
      return row;
    }
  }

  /// Reads lines without a header.
  ///
  /// @param separatorLength characters between two values
  /// @param values takes a line apart, into a value for each column or another number when it is wrong
  /// @throws CharacterCodingException when it is in another encoding
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
        row.begin(line);
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
        if (cause instanceof RequestException refused) {
          throw refused;
        }
      }
      throw row.unfinished("the value goes on after its closing quote");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private int[] places(List<String> header) {
    int[] places = columns.stream().mapToInt(header::indexOf).toArray();
    for (int i = 0; i < places.length; i++) {
      String column = columns.get(i);
      if (places[i] < 0 && optional.contains(column)) {
        badRows.add(
            RequestException.unprocessable(
                file + ", line 1: there is no column " + column + "; the rest is read without"));
      } else if (places[i] < 0) {
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
}
