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

/// Objects as files of a directory.
///
/// An object is written under a temporary name in `.tmp/` and moved into place, so it appears
/// whole; what is mapped stays valid when a new version replaces it. Compare-and-set is made atomic
/// among processes by a lock on one file. Links are not followed: a key through one is refused.
public final class LocalObjectStore implements ObjectStore {
  private static final String TEMP = ".tmp";
  private static final String LOCK = ".lock";
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path root;
  private final Path temp;

  /// One thread of this process at a time; a [java.nio.channels.FileLock] sorts out the processes.
  private final Object writing = new Object();

  /// Opens the directory, making it when it is not there.
  ///
  /// @throws IOException when it cannot be made or is not a directory, or its `.tmp/` is a link
  public LocalObjectStore(Path directory) throws IOException {
    Files.createDirectories(directory);
    this.root = directory.toRealPath();
    this.temp = root.resolve(TEMP);
    if (Files.isSymbolicLink(temp)) {
      throw new IOException(
          temp + " is a link, which is not followed; delete it, the store makes a directory there");
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
    // Only the directory that the prefix names can hold matches.
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
            // A file that a person put here may have a name that is no key.
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
              return FileVisitResult.CONTINUE; // deleted while we looked
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
    // The ETag must be that of the bytes: look again until nothing changed in between.
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
      throw pastTheEnd(key, size, offset, length);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw pastTheEnd(key, channel.size(), offset, length);
        }
      }
      return buffer.array();
    } catch (NoSuchFileException e) {
      throw new NoSuchObjectException(key);
    }
  }

  private static EOFException pastTheEnd(String key, long size, long offset, int length) {
    return new EOFException(
        key
            + " has "
            + size
            + " bytes; bytes "
            + offset
            + " to "
            + (offset + length)
            + " were asked for");
  }

  @Override
  public FetchedObject fetch(String key) throws IOException {
    Path file = path(key);
    return new FetchedObject(require(key, file), file, () -> {});
  }

  @Override
  public Path newTempFile() throws IOException {
    // Not Files.createTempFile, whose files nobody else may read.
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
      stamp(file);
      // A hard link fails if the name is taken, which a rename does not.
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

  /// The file of a key, having made sure that no part of the way to it is a link.
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
          "the key " + ObjectKeys.quote(key) + " is the store's own; choose another");
    }
    return path;
  }

  /// The key of a file in the directory.
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
      // A file where the key has a directory: "not a directory", of which nio makes no own type.
      Path parent = file.getParent();
      if (parent != null && !Files.isDirectory(parent)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Each write makes a new file, so its inode, time and size tell the versions apart; for a file
  /// that a person overwrites in place, time and size do.
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

  /// The file system's own clock ticks a few hundred times a second, and it uses inodes again:
  /// within a tick, versions of the same size could look alike.
  private static void stamp(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  private static void move(Path file, Path target) throws IOException {
    stamp(file);
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          "cannot move "
              + file
              + " to "
              + target
              + " in one step; files for the store are made by"
              + " newTempFile",
          e);
    }
  }

  /// What a crashed process left behind.
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
              // another process was quicker
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
