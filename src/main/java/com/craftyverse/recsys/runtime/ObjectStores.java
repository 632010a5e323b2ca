package com.craftyverse.recsys.runtime;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.s3.S3ObjectStore;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Opens the configured store.
public final class ObjectStores {
  private static final String S3 = "s3://";

  private ObjectStores() {}

  /// Opens a store.
  ///
  /// @param location a directory, or `s3://bucket`
  /// @throws IOException if it cannot be opened
  /// @throws IllegalArgumentException if the location is neither
  public static ObjectStore open(String location) throws IOException {
    return open(location, true);
  }

  /// Opens a store.
  ///
  /// @param location a directory, or `s3://bucket`
  /// @param keepConnections whether to keep a connection open for the next request
  /// @throws IOException if it cannot be opened
  /// @throws IllegalArgumentException if the location is neither
  public static ObjectStore open(String location, boolean keepConnections) throws IOException {
    if (location.startsWith(S3)) {
      return S3ObjectStore.open(location.substring(S3.length()), keepConnections);
    }
    if (location.contains("://")) {
      throw new IllegalArgumentException(
          "the store " + ObjectKeys.quote(location) + " must be a directory or s3://bucket");
    }
    try {
      return new LocalObjectStore(Path.of(location));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "the store " + ObjectKeys.quote(location) + " is not a directory name: " + e.getReason());
    }
  }
}
