package com.craftyverse.recsys.storage;

import java.io.IOException;
import java.nio.file.Path;

/// An object as a local, read-only file, until closed.
public final class FetchedObject implements AutoCloseable {
  /// Gives the file back to the store.
  @FunctionalInterface
  public interface Release {
    /// Called once, when the file is no longer read.
    void release() throws IOException;
  }

  private final ObjectInfo info;
  private final Path path;
  private final Release release;
  private boolean closed;

  /// @param info the version that was fetched
  /// @param path the file
  /// @param release is called by [#close]
  public FetchedObject(ObjectInfo info, Path path, Release release) {
    this.info = info;
    this.path = path;
    this.release = release;
  }

  /// The version that was fetched.
  public ObjectInfo info() {
    return info;
  }

  /// The file. It must not be written to.
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
