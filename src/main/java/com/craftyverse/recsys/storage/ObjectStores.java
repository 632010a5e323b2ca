package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Opens the store that a setting names.
public final class ObjectStores {
  private static final String S3 = "s3://";

  private static final AtomicReference<@Nullable Ahead> AHEAD = new AtomicReference<>();

  /// A store that is open before it is asked for.
  private record Ahead(String location, ObjectStore store) {}

  private ObjectStores() {}

  /// Opens a store for whoever asks next for that location. Where the process is to be continued from a
  /// snapshot, the store keeps no connection from one request to the next: there it would be dead.
  ///
  /// @return the store, to read from meanwhile; the next caller of [#open] closes it
  /// @throws IOException when it cannot be opened
  public static ObjectStore openAhead(String location) throws IOException {
    boolean snapshot = "snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"));
    ObjectStore store = open(location, !snapshot);
    AHEAD.set(new Ahead(location, store));
    return store;
  }

  /// Loads what an answer of such a store is read with, which takes a while for S3's; nothing is sent.
  public static void rehearse(String location) {
    if (location.startsWith(S3)) {
      S3Reader.rehearse();
    }
  }

  /// @param location a directory, or `s3://bucket`
  /// @throws IOException when it cannot be opened
  /// @throws IllegalArgumentException when it is neither
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
