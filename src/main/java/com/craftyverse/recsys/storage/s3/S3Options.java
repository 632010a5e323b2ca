package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The options of an [S3ObjectStore].
///
/// @param tempDirectory parent of the store's own directory for temporary and fetched files
/// @param cacheBytes limit on cached fetched files; files in use may exceed it
/// @param partBytes size of a part. Larger objects move in parallel parts. S3 requires at least 5 MiB for
///     every part but the last
/// @param parallelism maximum number of parts in transfer at once
/// @param attempts maximum number of attempts per request
/// @param backoff mean wait before the second attempt; doubles with each further attempt
/// @param attemptTimeout time limit for one attempt
/// @param freeSpace reports how much disk space is available
public record S3Options(
    Path tempDirectory,
    long cacheBytes,
    int partBytes,
    int parallelism,
    int attempts,
    Duration backoff,
    Duration attemptTimeout,
    FreeSpace freeSpace) {
  private static final long GIBIBYTE = 1L << 30;
  private static final int MEBIBYTE = 1 << 20;

  /// Reports available disk space.
  @FunctionalInterface
  public interface FreeSpace {
    /// Returns the number of bytes that can still be written below `directory`.
    long in(Path directory) throws IOException;
  }

  /// Validates the options.
  public S3Options {
    if (cacheBytes < 0 || partBytes < 1 || parallelism < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "invalid S3 options: cacheBytes %d, partBytes %d, parallelism %d, attempts %d"
              .formatted(cacheBytes, partBytes, parallelism, attempts));
    }
  }

  /// Returns defaults that suit a function with two to six processors as well as a laptop: parts of 8 MiB,
  /// eight at once, and a cache of half the free space of the machine's temporary directory, at most 16
  /// GiB.
  public static S3Options defaults() throws IOException {
    Path temp = Path.of(System.getProperty("java.io.tmpdir"));
    FreeSpace freeSpace = directory -> Files.getFileStore(directory).getUsableSpace();
    return new S3Options(
        temp,
        Math.min(16 * GIBIBYTE, freeSpace.in(temp) / 2),
        8 * MEBIBYTE,
        8,
        6,
        Duration.ofMillis(200),
        Duration.ofMinutes(2),
        freeSpace);
  }
}
