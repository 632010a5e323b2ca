package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// How an [S3ObjectStore] works.
///
/// @param tempDirectory where its own directory of temporary and fetched files is made
/// @param cacheBytes how much of what was fetched is kept; more only while it is in use
/// @param partBytes the size of a part; larger objects move in parallel parts. S3 wants 5 MiB at
///   least of every part but the last
/// @param parallelism how many parts move at once
/// @param attempts how often a request is sent before its error counts
/// @param backoff the wait before the second attempt, on average; it doubles with each
/// @param attemptTimeout how long one attempt may take
/// @param freeSpace tells how much may be written
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

  /// Tells how much may be written.
  @FunctionalInterface
  public interface FreeSpace {
    /// The bytes that may still be written below `directory`.
    long in(Path directory) throws IOException;
  }

  /// Checks the numbers.
  public S3Options {
    if (cacheBytes < 0 || partBytes < 1 || parallelism < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "S3 options: a cache of %d bytes, parts of %d bytes, %d at once, %d attempts"
              .formatted(cacheBytes, partBytes, parallelism, attempts));
    }
  }

  /// Fit for a function with two to six processors and for a laptop: parts of 8 MiB, eight at once,
  /// half of the free space of the machine's temporary directory as the cache, 16 GiB at most.
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
