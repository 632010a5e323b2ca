package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;

/// A directory of a store's own for its temporary files.
///
/// It holds a locked file while its process lives. A process that was killed leaves its directory
/// behind, unlocked; the next one to come deletes it, so that a sandbox which is used again does
/// not fill up.
final class S3TempDirectory implements AutoCloseable {
  private static final String PREFIX = "recsys-s3-";
  private static final String LOCK = "lock";

  /// A directory younger than this may not have its lock yet.
  private static final Duration YOUNG = Duration.ofMinutes(1);

  private final Path path;
  private final FileChannel lock;

  private S3TempDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Makes one in `parent`, and deletes those there which nobody uses any more.
  static S3TempDirectory create(Path parent) throws IOException {
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
    return new S3TempDirectory(path, lock);
  }

  Path path() {
    return path;
  }

  /// A new empty file.
  Path newFile() throws IOException {
    return Files.createTempFile(path, "object-", ".part");
  }

  /// Deletes the directory and all that is in it.
  @Override
  public void close() throws IOException {
    lock.close();
    delete(path);
  }

  private static void deleteAbandoned(Path parent) throws IOException {
    Instant before = Instant.now().minus(YOUNG);
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : directories) {
        try {
          if (Files.getLastModifiedTime(directory).toInstant().isBefore(before)
              && isUnlocked(directory.resolve(LOCK))) {
            delete(directory);
          }
        } catch (IOException e) {
          // another process was quicker, or it is not ours to delete
        }
      }
    }
  }

  private static boolean isUnlocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException e) {
      return true;
    } catch (OverlappingFileLockException e) {
      return false; // this very process holds it
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
