package com.craftyverse.recsys.storage;

import java.io.Serial;

/// A key or dataset name that does not name anything within a store. The message quotes it and says
/// what is wrong with it.
public final class InvalidKeyException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1;

  public InvalidKeyException(String message) {
    super(message);
  }
}
