package com.craftyverse.recsys.storage;

import java.io.IOException;

/// The store has no object of that key.
public final class NoSuchObjectException extends IOException {
  private final String key;

  /// @param key the key that was asked for
  public NoSuchObjectException(String key) {
    super("no object '" + key + "' in the store");
    this.key = key;
  }

  /// The key that was asked for.
  public String key() {
    return key;
  }
}
