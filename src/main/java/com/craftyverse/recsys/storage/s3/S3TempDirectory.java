package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A store's private directory for temporary files.
///
/// The process holds a lock on a file in it. When a process is killed, its directory stays behind unlocked,
/// and the next process deletes it, so that a reused sandbox does not fill up.
final class S3TempDirectory implements AutoCloseable {
  private static final String PREFIX = "recsys-s3-";
  private static final String LOCK = "lock";

  /// A directory younger than this may not be locked yet.
  private static final Duration MIN_AGE = Duration.ofMinutes(1);

  private final Path parent;
  private @Nullable LockedDirectory current;
  private boolean closed;

  /// The directory once it exists.
  private record LockedDirectory(Path path, FileChannel lock) {}

  /// Creates nothing yet: the directory in `parent` is created on first use. A process that only reads
  /// objects into memory never creates it.
  S3TempDirectory(Path parent) {
    this.parent = parent;
  }

  /// Returns the directory. Creates it on first use and deletes abandoned ones next to it.
  ///
  /// @throws IOException when it cannot be created or is closed
  synchronized Path path() throws IOException {
    if (closed) {
      throw new IOException("the directory for temporary files in " + parent + " is closed");
    }
    LockedDirectory existing = current;
    if (existing == null) {
      existing = create(parent);
      current = existing;
    }
    return existing.path;
  }

  private static LockedDirectory create(Path parent) throws IOException {
    Files.createDirectories(parent);
    deleteAbandoned(parent);
    Path path = Files.createTempDirectory(parent, PREFIX);
    FileChannel lock =
        FileChannel.open(
            path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      lock.lock();
    } catch (IOException e) {
      lock.close();
      delete(path);
      throw e;
    }
    return new LockedDirectory(path, lock);
  }

  /// Creates an empty file.
  Path newFile() throws IOException {
    return Files.createTempFile(path(), "object-", ".part");
  }

  /// Deletes the directory and its content, if it exists.
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    LockedDirectory existing = current;
    if (existing != null) {
      current = null;
      existing.lock.close();
      delete(existing.path);
    }
  }

  private static void deleteAbandoned(Path parent) throws IOException {
    Instant before = Instant.now().minus(MIN_AGE);
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : directories) {
        try {
          // A link, or its target, is not ours to delete.
          if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
              && Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS)
                  .toInstant()
                  .isBefore(before)
              && isUnlocked(directory.resolve(LOCK))) {
            delete(directory);
          }
        } catch (IOException e) {
          // another process deleted it first, or it is not ours to delete
        }
      }
    }
  }

  private static boolean isUnlocked(Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException e) {
      return true;
    } catch (OverlappingFileLockException e) {
      return false; // this process holds it
    }
  }

  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(directory);
  }
}
