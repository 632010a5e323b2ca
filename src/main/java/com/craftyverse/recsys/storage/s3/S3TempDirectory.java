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

  private final Path parent;
  private @Nullable Made made;
  private boolean closed;

  /// The directory when it is there.
  private record Made(Path path, FileChannel lock) {}

  /// It is made in `parent` when it is first wanted: those who read objects into memory alone never do.
  S3TempDirectory(Path parent) {
    this.parent = parent;
  }

  /// The directory. When it is made, those there which nobody uses any more are deleted.
  ///
  /// @throws IOException when it cannot be made, or is closed
  synchronized Path path() throws IOException {
    if (closed) {
      throw new IOException("the directory of temporary files in " + parent + " is closed");
    }
    Made known = made;
    if (known == null) {
      known = make(parent);
      made = known;
    }
    return known.path;
  }

  private static Made make(Path parent) throws IOException {
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
    return new Made(path, lock);
  }

  /// A new empty file.
  Path newFile() throws IOException {
    return Files.createTempFile(path(), "object-", ".part");
  }

  /// Deletes the directory and all that is in it, if it was made.
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    Made known = made;
    if (known != null) {
      made = null;
      known.lock.close();
      delete(known.path);
    }
  }

  private static void deleteAbandoned(Path parent) throws IOException {
    Instant before = Instant.now().minus(YOUNG);
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : directories) {
        try {
          // Not ours to delete: a link, or what it points to.
          if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
              && Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS)
                  .toInstant()
                  .isBefore(before)
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
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
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
