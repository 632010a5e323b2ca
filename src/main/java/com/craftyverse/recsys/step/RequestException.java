package com.craftyverse.recsys.step;

import java.io.Serial;

/// What a caller got wrong, in one sentence that says what was found, where, and what was expected.
///
/// It is an answer, not a failure of the program: it carries no stack trace, over HTTP it becomes the
/// status of its [Kind], on Lambda an error result of this type.
public final class RequestException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// Why the request cannot be met.
  public enum Kind {
    /// The request itself is wrong.
    INVALID(400),
    /// It names something that is not there.
    NOT_FOUND(404),
    /// Somebody else is at it.
    CONFLICT(409),
    /// What it names is there but unusable.
    UNPROCESSABLE(422),
    /// The program failed; the log says why.
    FAILED(500),
    /// Something that is needed cannot be reached at the moment.
    UNAVAILABLE(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    /// The status code over HTTP.
    public int status() {
      return status;
    }
  }

  private final Kind kind;

  /// @param kind why the request cannot be met
  /// @param message one sentence for the caller
  public RequestException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /// The request itself is wrong.
  public static RequestException invalid(String message) {
    return new RequestException(Kind.INVALID, message);
  }

  /// The request names something that is not there.
  public static RequestException notFound(String message) {
    return new RequestException(Kind.NOT_FOUND, message);
  }

  /// What the request names is there but unusable.
  public static RequestException unprocessable(String message) {
    return new RequestException(Kind.UNPROCESSABLE, message);
  }

  /// Why the request cannot be met.
  public Kind kind() {
    return kind;
  }

  /// The message alone: a wrapper that quotes this exception then says just the sentence.
  @Override
  @SuppressWarnings("OverrideThrowableToString") // getMessage() is what it is meant to be already
  public String toString() {
    return String.valueOf(getMessage());
  }
}
