package com.craftyverse.recsys.step;

import java.io.Serial;

/// A fault of the request or of the data that it names. The message is one sentence: what was found, where,
/// and what was expected.
public final class RequestException extends FunctionException {
  @Serial private static final long serialVersionUID = 1;

  /// The kind of fault.
  public enum Kind {
    /// The request itself is invalid.
    INVALID(400),
    /// The request names something that does not exist.
    NOT_FOUND(404),
    /// Another process is doing the same work.
    CONFLICT(409),
    /// The data that the request names is unusable.
    UNPROCESSABLE(422);

    private final int status;

    Kind(int status) {
      this.status = status;
    }
  }

  private final Kind kind;

  private RequestException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /// Returns an exception for an invalid request.
  public static RequestException invalid(String message) {
    return new RequestException(Kind.INVALID, message);
  }

  /// Returns an exception for a request that names something that does not exist.
  public static RequestException notFound(String message) {
    return new RequestException(Kind.NOT_FOUND, message);
  }

  /// Returns an exception for work that another process is doing.
  public static RequestException conflict(String message) {
    return new RequestException(Kind.CONFLICT, message);
  }

  /// Returns an exception for data that exists but is unusable.
  public static RequestException unprocessable(String message) {
    return new RequestException(Kind.UNPROCESSABLE, message);
  }

  /// Returns the kind of fault.
  public Kind kind() {
    return kind;
  }

  @Override
  public int status() {
    return kind.status;
  }
}
