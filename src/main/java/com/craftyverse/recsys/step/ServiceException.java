package com.craftyverse.recsys.step;

import java.io.Serial;

/// A fault of the service: the request is fine, but the service cannot answer it now. The log has the cause;
/// the message contains only what a caller may know.
public final class ServiceException extends FunctionException {
  @Serial private static final long serialVersionUID = 1;

  /// The kind of fault.
  public enum Kind {
    /// The program or the data that it serves is at fault.
    FAILED(500),
    /// A dependency of the service is unavailable.
    UNAVAILABLE(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }
  }

  private final Kind kind;

  private ServiceException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /// Returns an exception for a fault of the program or the data that it serves.
  ///
  /// @param message one sentence for the caller
  public static ServiceException failed(String message) {
    return new ServiceException(Kind.FAILED, message);
  }

  /// Returns an exception for a dependency that cannot be reached; a retry may succeed.
  ///
  /// @param message one sentence for the caller
  public static ServiceException unavailable(String message) {
    return new ServiceException(Kind.UNAVAILABLE, message);
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
