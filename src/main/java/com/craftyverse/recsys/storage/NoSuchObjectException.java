package com.craftyverse.recsys.storage;

import java.io.IOException;

/// Thrown when the store has no object with the given key.
public final class NoSuchObjectException extends IOException {
  private final String key;

  /// @param key the requested key
  public NoSuchObjectException(String key) {
    super("no object '" + key + "' in the store");
    this.key = key;
  }

  /// Returns the requested key.
  public String key() {
    return key;
  }
}
