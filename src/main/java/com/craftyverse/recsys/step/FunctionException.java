package com.craftyverse.recsys.step;

import java.io.Serial;

/// An error that a function answers with: one sentence for the caller, and an HTTP status.
///
/// It is an answer rather than a crash, so it carries no stack trace. Over HTTP and through a function URL it becomes
/// its [#status]. On Lambda it becomes an error of the subclass's type, by which the state machine tells errors that a
/// retry cannot cure from others.
public abstract sealed class FunctionException extends RuntimeException
    permits RequestException, ServiceException {
  @Serial private static final long serialVersionUID = 1;

  FunctionException(String message) {
    super(message, null, false, false);
  }

  /// Returns the status code over HTTP.
  public abstract int status();

  /// Returns the message alone, so that an exception that wraps this one quotes just the sentence.
  @Override
  @SuppressWarnings("OverrideThrowableToString") // getMessage() already is the whole message
  public String toString() {
    return String.valueOf(getMessage());
  }
}
