package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A factory that opens the object store named in the configuration.
public final class ObjectStores {
  private static final String S3 = "s3://";

  private static final AtomicReference<@Nullable Ahead> AHEAD = new AtomicReference<>();

  /// A store opened in advance.
  private record Ahead(String location, ObjectStore store) {}

  private ObjectStores() {}

  /// Opens a store in advance for the next [#open] of the same location. Under Lambda SnapStart the store
  /// does not keep connections alive, because they would be dead after the snapshot is restored.
  ///
  /// @return the store, for reading until then; the next caller of [#open] closes it
  /// @throws IOException when the store cannot be opened
  public static ObjectStore openAhead(String location) throws IOException {
    boolean snapshot = "snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"));
    ObjectStore store = open(location, !snapshot);
    AHEAD.set(new Ahead(location, store));
    return store;
  }

  /// Loads the classes that parse a response, which is slow for S3. Sends nothing.
  public static void rehearse(String location) {
    if (location.startsWith(S3)) {
      S3Reader.rehearse();
    }
  }

  /// Opens a store.
  ///
  /// @param location a directory or `s3://bucket`
  /// @throws IOException when the store cannot be opened
  /// @throws IllegalArgumentException when the location is neither
  public static ObjectStore open(String location) throws IOException {
    Ahead ahead = AHEAD.get();
    if (ahead != null && ahead.location.equals(location) && AHEAD.compareAndSet(ahead, null)) {
      return ahead.store;
    }
    return open(location, true);
  }

  private static ObjectStore open(String location, boolean keepConnections) throws IOException {
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
