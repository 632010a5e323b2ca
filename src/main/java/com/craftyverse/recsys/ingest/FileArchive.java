package com.craftyverse.recsys.ingest;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// Uploaded files, each of them plain or compressed by gzip or Zstandard.
final class FileArchive implements Archive {
  private static final int BUFFER_BYTES = 1 << 16;

  private final List<UploadedFile> files = new ArrayList<>();

  /// How a file is compressed.
  private enum Compression {
    NONE("file"),
    GZIP("gzip"),
    ZSTD("zstd");

    private final String kind;

    Compression(String kind) {
      this.kind = kind;
    }
  }

  private record UploadedFile(String name, Path path, long size, Compression compression)
      implements Entry {}

  /// @param paths the files by their names
  FileArchive(Map<String, Path> paths) throws IOException {
    for (Map.Entry<String, Path> each : paths.entrySet()) {
      Path path = each.getValue();
      files.add(new UploadedFile(each.getKey(), path, Files.size(path), compression(start(path))));
    }
  }

  private static byte[] start(Path path) throws IOException {
    try (InputStream input = Files.newInputStream(path)) {
      return input.readNBytes(4);
    }
  }

  private static Compression compression(byte[] start) {
    if (start.length > 1 && start[0] == 0x1F && start[1] == (byte) 0x8B) {
      return Compression.GZIP;
    }
    boolean isZstd =
        start.length > 3
            && start[0] == 0x28
            && start[1] == (byte) 0xB5
            && start[2] == 0x2F
            && start[3] == (byte) 0xFD;
    return isZstd ? Compression.ZSTD : Compression.NONE;
  }

  @Override
  public List<? extends Entry> entries() {
    return files;
  }

  @Override
  public InputStream open(Entry entry) throws IOException {
    UploadedFile file = (UploadedFile) entry;
    InputStream input = Files.newInputStream(file.path);
    try {
      return switch (file.compression) {
        case NONE -> input;
        case GZIP -> new GZIPInputStream(input, BUFFER_BYTES);
        case ZSTD -> new ZstdInputStream(new BufferedInputStream(input, BUFFER_BYTES));
      };
    } catch (IOException e) {
      input.close();
      throw e;
    }
  }

  @Override
  public Optional<Path> file(Entry entry) {
    UploadedFile file = (UploadedFile) entry;
    return file.compression == Compression.NONE ? Optional.of(file.path) : Optional.empty();
  }

  @Override
  public String kind(Entry entry) {
    return ((UploadedFile) entry).compression.kind;
  }

  @Override
  public void close() {}
}
