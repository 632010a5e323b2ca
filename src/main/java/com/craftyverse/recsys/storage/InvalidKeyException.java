package com.craftyverse.recsys.storage;

import java.io.Serial;

/// A key or dataset name that is not valid in a store. The message quotes the name and states the problem.
public final class InvalidKeyException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1;

  public InvalidKeyException(String message) {
    super(message);
  }
}
