package com.craftyverse.recsys.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// An object as a local read-only file, valid until closed.
public final class FetchedObject implements Closeable {
  /// Returns the file to the store.
  @FunctionalInterface
  public interface Release {
    /// Releases the file. Called once, when its reader closes it.
    void release() throws IOException;
  }

  private final ObjectInfo info;
  private final Path path;
  private final Release release;
  private boolean closed;

  /// Wraps a file of the store.
  ///
  /// @param info the fetched version
  /// @param path the file
  /// @param release called by [#close]
  public FetchedObject(ObjectInfo info, Path path, Release release) {
    this.info = info;
    this.path = path;
    this.release = release;
  }

  /// Returns the fetched version.
  public ObjectInfo info() {
    return info;
  }

  /// Returns the file. Do not write to it.
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      release.release();
    }
  }
}
