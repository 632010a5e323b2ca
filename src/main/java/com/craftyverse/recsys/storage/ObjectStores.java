package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Opens the store that a setting names.
public final class ObjectStores {
  private static final String S3 = "s3://";

  private ObjectStores() {}

  /// @param location a directory, or `s3://bucket`
  /// @throws IOException when it cannot be opened
  /// @throws IllegalArgumentException when it is neither
  public static ObjectStore open(String location) throws IOException {
    if (location.startsWith(S3)) {
      return S3ObjectStore.open(location.substring(S3.length()));
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
