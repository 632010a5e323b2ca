package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A store of objects under keys such as `models/ml-latest/current.json`.
///
/// An object appears whole or not at all, and a reader keeps reading the version that it began with.
/// Every method may be called from any thread. A key that does not name an object within the store
/// (see [ObjectKeys#require]) is an [InvalidKeyException] in each of them; trouble with the
/// storage itself is an `IOException` that names the key.
public interface ObjectStore extends AutoCloseable {
  /// The store as a person writes it: a directory, or `s3://bucket`.
  String location();

  /// The object's size, ETag and time, or empty when there is none.
  Optional<ObjectInfo> find(String key) throws IOException;

  /// All objects whose keys begin with `prefix`, by key.
  List<ObjectInfo> list(String prefix) throws IOException;

  /// The whole object; for small ones.
  ///
  /// @throws NoSuchObjectException when there is none
  StoredObject read(String key) throws IOException;

  /// `length` bytes from `offset`.
  ///
  /// @throws NoSuchObjectException when there is none
  /// @throws java.io.EOFException when the object ends before
  byte[] readRange(String key, long offset, int length) throws IOException;

  /// The object as a file that can be mapped; for large ones.
  ///
  /// @throws NoSuchObjectException when there is none
  FetchedObject fetch(String key) throws IOException;

  /// A new empty file, not an object yet, at a place from which [#put(String, Path)] is cheap.
  Path newTempFile() throws IOException;

  /// Makes `file` the object's content. The file, one of [#newTempFile], is used up.
  void put(String key, Path file) throws IOException;

  /// Makes `content` the object's content.
  void put(String key, byte[] content) throws IOException;

  /// Writes the object unless there is one.
  ///
  /// @return whether it was written
  boolean putIfAbsent(String key, byte[] content) throws IOException;

  /// Replaces the object if it still is the version of that ETag.
  ///
  /// @return whether it was replaced; false as well when it is gone
  boolean replace(String key, byte[] content, String etag) throws IOException;

  /// Deletes the object; it need not exist.
  void delete(String key) throws IOException;

  /// Gives back what the store holds. Files that were fetched are gone after it.
  @Override
  void close() throws IOException;

  /// A small object's content and the version that it is.
  ///
  /// @param content the bytes
  /// @param etag the ETag of just these bytes, for [ObjectStore#replace]
  record StoredObject(byte[] content, String etag) {}
}
