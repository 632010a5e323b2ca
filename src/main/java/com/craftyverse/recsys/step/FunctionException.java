package com.craftyverse.recsys.step;

import java.io.Serial;

/// An error response of a function: one sentence for the caller, and an HTTP status.
///
/// It is a response, not a crash, so it carries no stack trace. Over HTTP and function URLs it becomes its
/// [#status]. On Lambda it becomes an error named after the subclass, so that the state machine does not
/// retry errors that a retry cannot fix.
public abstract sealed class FunctionException extends RuntimeException
    permits RequestException, ServiceException {
  @Serial private static final long serialVersionUID = 1;

  FunctionException(String message) {
    super(message, null, false, false);
  }

  /// Returns the HTTP status code.
  public abstract int status();

  /// Returns only the message, so that a wrapping exception quotes just the sentence.
  @Override
  @SuppressWarnings("OverrideThrowableToString") // getMessage() is the whole message
  public String toString() {
    return String.valueOf(getMessage());
  }
}
