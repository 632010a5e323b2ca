package com.craftyverse.recsys.table;

import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a file holds a table.
public enum TableFormat {
  /// Delimited text, such as CSV.
  TEXT,

  /// A JSON object a line.
  JSON_LINES,

  /// Apache Parquet.
  PARQUET,

  /// The file or stream format of Arrow IPC; Feather version 2 is the same.
  ARROW;

  /// Bytes that suffice for [#of].
  public static final int START_BYTES = 64;

  /// Returns the format of a file by its first bytes.
  public static TableFormat of(byte[] start) {
    if (startsWith(start, 'P', 'A', 'R', '1')) {
      return PARQUET;
    }
    if (startsWith(start, 'A', 'R', 'R', 'O', 'W', '1')
        || (startsWith(start, 0xFF, 0xFF, 0xFF, 0xFF) && start.length >= 8 && start[7] == 0)) {
      return ARROW;
    }
    int at = startsWith(start, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    while (at < start.length && (start[at] == ' ' || start[at] == '\t')) {
      at++;
    }
    return at < start.length && start[at] == '{' ? JSON_LINES : TEXT;
  }

  private static boolean startsWith(byte[] start, int... magic) {
    if (start.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((start[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /// Opens the table as CSV in UTF-8 with a header, lines that end in LF, and problems [marked][CsvText#PROBLEM].
  ///
  /// @param content the table's bytes; closed with the result
  /// @param path a file with these bytes; only Parquet needs it
  /// @param columns the names of the columns to render, in this order; null for all
  /// @param file the file's name in error messages
  /// @throws RequestException if it is not a table of this format
  public InputStream openText(
      InputStream content, @Nullable Path path, @Nullable List<String> columns, String file)
      throws IOException {
    return switch (this) {
      case TEXT -> content;
      case JSON_LINES -> JsonLinesText.open(content, columns, file);
      case ARROW -> ArrowText.open(content, columns, file);
      case PARQUET -> {
        if (path == null) {
          throw new IllegalArgumentException("Parquet is read from a file");
        }
        content.close();
        yield ParquetText.open(path, columns, file);
      }
    };
  }

  /// Opens the table as arrays of numbers.
  ///
  /// @param path a file with the table's bytes
  /// @param columns the names of the columns to read, in this order
  /// @param file the file's name in error messages
  /// @return null if this format is not read so, or a column has other values than numbers
  /// @throws RequestException if it is not a table of this format
  public @Nullable NumberColumns openNumbers(Path path, List<String> columns, String file)
      throws IOException {
    if (this != PARQUET) {
      return null;
    }
    ParquetText table = ParquetText.open(path, columns, file);
    if (table.hasNumbers()) {
      return table;
    }
    table.close();
    return null;
  }

  /// Returns the name in figures and messages: `text`, `json lines`, `parquet` or `arrow`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
