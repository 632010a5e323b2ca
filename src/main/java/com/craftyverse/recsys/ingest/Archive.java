package com.craftyverse.recsys.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files of an upload: the entries of a zip, or files as they were uploaded. Several threads may read them, one
/// file each.
interface Archive extends AutoCloseable {
  /// A file or directory.
  interface Entry {
    /// What [#crc] returns if the checksum is unknown.
    long NO_CRC = -1;

    /// Returns its path in the upload.
    String name();

    /// Returns its size in bytes, before decompression unless a zip states it.
    long size();

    default boolean isDirectory() {
      return false;
    }

    /// Returns the CRC-32 of the content, or [#NO_CRC].
    default long crc() {
      return NO_CRC;
    }

    /// Returns why the content cannot be read, as the end of a sentence; null if it can.
    default @Nullable String unreadableReason() {
      return null;
    }
  }

  /// Returns the files and directories in their order.
  List<? extends Entry> entries();

  /// Opens the decompressed content of an entry that has no [Entry#unreadableReason].
  InputStream open(Entry entry) throws IOException;

  /// Returns a file with just the content of an entry, if there is one.
  Optional<Path> file(Entry entry);

  /// Returns what a damaged entry belongs to in error messages: `zip`, `gzip`, `zstd`.
  String kind(Entry entry);

  @Override
  void close() throws IOException;
}
