package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A store of objects under keys such as `models/ml-latest/current.json`.
///
/// Writes are atomic, and a reader keeps reading the version it started with. All methods are thread-safe.
/// All methods throw [InvalidKeyException] for an invalid key (see [ObjectKeys#require]) and an
/// `IOException` that names the key when the storage fails.
public interface ObjectStore extends AutoCloseable {
  /// Returns the store's location as users write it: a directory or `s3://bucket`.
  String location();

  /// Returns the object's size, ETag and modification time, or empty when it does not exist.
  Optional<ObjectInfo> find(String key) throws IOException;

  /// Returns all objects whose keys begin with `prefix`, sorted by key.
  List<ObjectInfo> list(String prefix) throws IOException;

  /// Reads a whole small object into memory.
  ///
  /// @throws NoSuchObjectException when it does not exist
  StoredObject read(String key) throws IOException;

  /// Reads `length` bytes from `offset`.
  ///
  /// @throws NoSuchObjectException when the object does not exist
  /// @throws java.io.EOFException when the object ends before the range does
  byte[] readRange(String key, long offset, int length) throws IOException;

  /// Returns a large object as a local file that can be memory-mapped.
  ///
  /// @throws NoSuchObjectException when it does not exist
  FetchedObject fetch(String key) throws IOException;

  /// Creates an empty temporary file where [#put(String, Path)] is cheap. It is not an object yet.
  Path newTempFile() throws IOException;

  /// Stores the file as the object. Consumes the file, which must come from [#newTempFile].
  void put(String key, Path file) throws IOException;

  /// Stores `content` as the object.
  void put(String key, byte[] content) throws IOException;

  /// Writes the object if it does not exist.
  ///
  /// @return whether it was written
  boolean putIfAbsent(String key, byte[] content) throws IOException;

  /// Replaces the object if its current version has that ETag.
  ///
  /// @return whether it was replaced; false when the object no longer exists
  boolean replace(String key, byte[] content, String etag) throws IOException;

  /// Moves an object to another key and replaces what is there. The target appears whole; after a failure, the
  /// object may exist under both keys, but never under neither.
  ///
  /// @throws NoSuchObjectException when it does not exist
  void move(String key, String target) throws IOException;

  /// Deletes the object if it exists.
  void delete(String key) throws IOException;

  /// Releases the store's resources. Fetched files may be deleted.
  @Override
  void close() throws IOException;

  /// A small object's content and version.
  ///
  /// @param content the bytes
  /// @param etag the ETag of exactly these bytes, for [ObjectStore#replace]
  record StoredObject(byte[] content, String etag) {}
}
