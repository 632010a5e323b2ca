package com.craftyverse.recsys.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// An object store that keeps each object as a file in a directory.
///
/// An object is written to a temporary file in `.tmp/` and moved into place, so writes are atomic and a
/// mapped file stays valid after a new version replaces it. A lock on one file makes compare-and-set atomic
/// across processes. Symbolic links are not followed: a key that leads through one is refused.
public final class LocalObjectStore implements ObjectStore {
  private static final String TEMP = ".tmp";
  private static final String LOCK = ".lock";
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path root;
  private final Path temp;

  /// Admits one thread of this process at a time; a [java.nio.channels.FileLock] excludes other processes.
  private final Object writing = new Object();

  /// Opens the directory and creates it if it does not exist.
  ///
  /// @throws IOException when it cannot be created or is not a directory, or when its `.tmp/` is a link
  public LocalObjectStore(Path directory) throws IOException {
    Files.createDirectories(directory);
    this.root = directory.toRealPath();
    this.temp = root.resolve(TEMP);
    if (Files.isSymbolicLink(temp)) {
      throw new IOException(
          temp
              + " is a link, which is not followed; delete it, and the store will create a directory there");
    }
    Files.createDirectories(temp);
    deleteAbandonedTempFiles();
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public Optional<ObjectInfo> find(String key) throws IOException {
    return info(key, path(key));
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    ObjectKeys.requirePrefix(prefix);
    // Only the directory named by the prefix can contain matches.
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? root : path(prefix.substring(0, slash));
    if (!Files.isDirectory(start, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<ObjectInfo> objects = new ArrayList<>();
    Files.walkFileTree(
        start,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return directory.equals(temp) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String key = key(file);
            // Someone may have put a file here whose name is not a valid key.
            if (attributes.isRegularFile()
                && key.startsWith(prefix)
                && !key.equals(LOCK)
                && ObjectKeys.isValid(key)) {
              objects.add(info(key, attributes));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem)
              throws IOException {
            if (problem instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // deleted meanwhile
            }
            throw problem;
          }
        });
    objects.sort(Comparator.comparing(ObjectInfo::key));
    return objects;
  }

  @Override
  public StoredObject read(String key) throws IOException {
    Path file = path(key);
    // The ETag must belong to these bytes: retry until the file does not change during the read.
    while (true) {
      ObjectInfo before = require(key, file);
      byte[] content;
      try {
        content = Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        throw new NoSuchObjectException(key);
      }
      ObjectInfo after = require(key, file);
      if (before.equals(after)) {
        return new StoredObject(content, after.etag());
      }
    }
  }

  @Override
  public byte[] readRange(String key, long offset, int length) throws IOException {
    Path file = path(key);
    long size = require(key, file).size();
    if (length == 0 && offset > size) {
      throw rangePastEnd(key, size, offset, length);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw rangePastEnd(key, channel.size(), offset, length);
        }
      }
      return buffer.array();
    } catch (NoSuchFileException e) {
      throw new NoSuchObjectException(key);
    }
  }

  private static EOFException rangePastEnd(String key, long size, long offset, int length) {
    return new EOFException(
        key + " has " + size + " bytes; cannot read bytes " + offset + " to " + (offset + length));
  }

  @Override
  public FetchedObject fetch(String key) throws IOException {
    Path file = path(key);
    return new FetchedObject(require(key, file), file, () -> {});
  }

  @Override
  public Path newTempFile() throws IOException {
    // Files.createTempFile would create files that only their owner can read.
    return Files.createFile(temp.resolve("object-" + UUID.randomUUID() + ".part"));
  }

  @Override
  public void put(String key, Path file) throws IOException {
    try {
      Path target = path(key);
      Files.createDirectories(parent(target));
      move(file, target);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void put(String key, byte[] content) throws IOException {
    put(key, tempFile(content));
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) throws IOException {
    Path target = path(key);
    Files.createDirectories(parent(target));
    Path file = tempFile(content);
    try {
      touch(file);
      // Creating a hard link fails if the name is taken; a rename does not.
      Files.createLink(target, file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      return underLock(() -> find(key).isEmpty() && moved(file, target));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public boolean replace(String key, byte[] content, String etag) throws IOException {
    Path target = path(key);
    Path file = tempFile(content);
    try {
      return underLock(
          () ->
              find(key).filter(found -> found.etag().equals(etag)).isPresent()
                  && moved(file, target));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void move(String key, String target) throws IOException {
    Path file = path(key);
    Path targetFile = path(target);
    require(key, file);
    Files.createDirectories(parent(targetFile));
    try {
      move(file, targetFile);
    } catch (NoSuchFileException e) {
      throw new NoSuchObjectException(key);
    }
  }

  @Override
  public void delete(String key) throws IOException {
    Path file = path(key);
    if (info(key, file).isPresent()) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return location();
  }

  private interface Action {
    boolean run() throws IOException;
  }

  private boolean underLock(Action action) throws IOException {
    synchronized (writing) {
      try (FileChannel channel =
              FileChannel.open(
                  root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        Objects.requireNonNull(lock);
        return action.run();
      }
    }
  }

  /// Returns the file for a key after checking that no part of its path is a link.
  private Path path(String key) throws IOException {
    ObjectKeys.require(key);
    Path path = root;
    for (String segment : key.split("/", -1)) {
      path = path.resolve(segment);
      if (Files.isSymbolicLink(path)) {
        throw new InvalidKeyException(
            "the key " + ObjectKeys.quote(key) + " leads through a link, which is not followed");
      }
    }
    if (path.startsWith(temp) || path.equals(root.resolve(LOCK))) {
      throw new InvalidKeyException(
          "the key " + ObjectKeys.quote(key) + " is reserved for the store; choose another");
    }
    return path;
  }

  /// Returns the key for a file in the directory.
  private String key(Path file) {
    StringJoiner key = new StringJoiner("/");
    root.relativize(file).forEach(segment -> key.add(segment.toString()));
    return key.toString();
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private static ObjectInfo require(String key, Path file) throws IOException {
    return info(key, file).orElseThrow(() -> new NoSuchObjectException(key));
  }

  private static Optional<ObjectInfo> info(String key, Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile() ? Optional.of(info(key, attributes)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      // A parent in the key may be a regular file. NIO has no exception type for "not a directory".
      Path parent = file.getParent();
      if (parent != null && !Files.isDirectory(parent)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Each write creates a new file, so inode, time and size tell versions apart. For a file that someone
  /// overwrites in place, time and size do.
  private static ObjectInfo info(String key, BasicFileAttributes attributes) {
    String etag =
        Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
            + "-"
            + Long.toHexString(attributes.size())
            + "-"
            + Integer.toHexString(Objects.hashCode(attributes.fileKey()));
    return new ObjectInfo(key, attributes.size(), etag, attributes.lastModifiedTime().toInstant());
  }

  private Path tempFile(byte[] content) throws IOException {
    Path file = newTempFile();
    Files.write(file, content);
    return file;
  }

  private static boolean moved(Path file, Path target) throws IOException {
    move(file, target);
    return true;
  }

  /// The file system's clock ticks only a few hundred times a second, and inodes are reused. Without this
  /// time stamp, two versions of the same size written within a tick could look alike.
  private static void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  private static void move(Path file, Path target) throws IOException {
    touch(file);
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          "cannot move " + file + " to " + target + " atomically; create the file with newTempFile",
          e);
    }
  }

  /// Deletes temporary files that crashed processes left behind.
  private void deleteAbandonedTempFiles() throws IOException {
    Instant before = Instant.now().minus(ABANDONED);
    try (Stream<Path> files = Files.list(temp)) {
      files.forEach(
          file -> {
            try {
              BasicFileAttributes attributes =
                  Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
              if (!attributes.isDirectory()
                  && attributes.lastModifiedTime().toInstant().isBefore(before)) {
                Files.deleteIfExists(file);
              }
            } catch (NoSuchFileException e) {
              // another process deleted it first
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
