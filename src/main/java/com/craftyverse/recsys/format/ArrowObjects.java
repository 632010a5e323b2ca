package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/// Fetches Arrow files from the store and opens them.
public final class ArrowObjects {
  private ArrowObjects() {}

  /// Opens an Arrow file of the store. Closing it also gives the fetched copy back to the store.
  ///
  /// @throws NoSuchObjectException when there is no such object
  /// @throws MalformedFileException when it is no Arrow file
  public static ArrowFile open(ObjectStore store, String key) throws IOException {
    FetchedObject fetched = store.fetch(key);
    try {
      return ArrowFile.open(fetched.path(), key, fetched);
    } catch (IOException | RuntimeException e) {
      try (fetched) {
        throw e;
      }
    }
  }

  /// Opens an Arrow file of the store that must have certain columns.
  ///
  /// @throws NoSuchObjectException when there is no such object
  /// @throws MalformedFileException when it is no Arrow file, or has other columns
  public static ArrowFile open(ObjectStore store, String key, List<Column> columns)
      throws IOException {
    return open(store, key, "", _ -> columns);
  }

  /// Opens an Arrow file of the store that must have certain columns, one of them of ids.
  ///
  /// @param idColumn the column of ids
  /// @param columns the columns for each type of ids
  /// @throws NoSuchObjectException when there is no such object
  /// @throws MalformedFileException when it is no Arrow file, or has other columns
  public static ArrowFile open(
      ObjectStore store, String key, String idColumn, Function<IdType, List<Column>> columns)
      throws IOException {
    ArrowFile file = open(store, key);
    try {
      file.require(columns.apply(IdType.of(file, idColumn)));
      return file;
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }
}
