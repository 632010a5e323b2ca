package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.table.NumberColumns;
import com.craftyverse.recsys.table.TableFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The tables among the files of an upload, whatever their format.
final class ArchiveTables implements AutoCloseable {
  private final Archive archive;
  private final long maxBytes;
  private final Map<Archive.Entry, TableFormat> formats = new ConcurrentHashMap<>();

  /// Copies of entries that have to be files: Parquet in a zip.
  private final Map<Archive.Entry, Path> copies = new ConcurrentHashMap<>();

  /// @param maxBytes the maximum number of bytes that an entry may inflate to
  ArchiveTables(Archive archive, long maxBytes) {
    this.archive = archive;
    this.maxBytes = maxBytes;
  }

  /// Returns how an entry holds its table.
  TableFormat format(Archive.Entry entry) throws IOException {
    TableFormat known = formats.get(entry);
    if (known != null) {
      return known;
    }
    try (InputStream input = archive.open(entry)) {
      TableFormat format = TableFormat.of(input.readNBytes(TableFormat.START_BYTES));
      formats.put(entry, format);
      return format;
    }
  }

  /// Opens an entry's text.
  ///
  /// @param content the entry's decompressed content, which [InputStream#close] of the result closes
  /// @param columns the columns to read, in this order; null for all. Text has all its columns anyway
  /// @param file the entry's name in error messages
  InputStream openText(
      Archive.Entry entry, InputStream content, @Nullable List<String> columns, String file)
      throws IOException {
    TableFormat format = format(entry);
    Path path = format == TableFormat.PARQUET ? path(entry, file) : null;
    return format.openText(content, path, columns, file);
  }

  /// Opens an entry's columns as arrays of numbers.
  ///
  /// @param columns the columns to read, in this order
  /// @param file the entry's name in error messages
  /// @return null if it is not in a format for that, or has other values than numbers
  @Nullable NumberColumns openNumbers(Archive.Entry entry, List<String> columns, String file)
      throws IOException {
    TableFormat format = format(entry);
    return format == TableFormat.PARQUET
        ? format.openNumbers(path(entry, file), columns, file)
        : null;
  }

  /// Opens an entry's text with all columns.
  InputStream openText(Archive.Entry entry, String file) throws IOException {
    InputStream content = archive.open(entry);
    try {
      return openText(entry, content, null, file);
    } catch (IOException | RequestException e) {
      content.close();
      throw e;
    }
  }

  private Path path(Archive.Entry entry, String file) throws IOException {
    Optional<Path> own = archive.file(entry);
    if (own.isPresent()) {
      return own.get();
    }
    synchronized (copies) {
      Path known = copies.get(entry);
      if (known != null) {
        return known;
      }
      Path copy = Files.createTempFile("recsys-", ".parquet");
      copies.put(entry, copy);
      try (InputStream input = new LimitedInputStream(archive.open(entry), file, maxBytes);
          OutputStream output = Files.newOutputStream(copy)) {
        input.transferTo(output);
      }
      return copy;
    }
  }

  @Override
  public void close() throws IOException {
    for (Path copy : copies.values()) {
      Files.deleteIfExists(copy);
    }
  }
}
