package com.craftyverse.recsys.infra;

import java.io.Serial;

/// An error result of a function, or of another service that a state machine calls.
public final class LambdaError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;
  private final String type;

  /// @param type the error's name, which the state machine matches
  /// @param message its message
  public LambdaError(String type, String message) {
    super(message);
    this.type = type;
  }

  /// Returns the error's name.
  public String type() {
    return type;
  }
}
