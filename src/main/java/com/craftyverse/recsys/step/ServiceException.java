package com.craftyverse.recsys.step;

import java.io.Serial;

/// A fault of the service: the request is fine, but cannot be answered now. The log says why, the message only says
/// what a caller may know.
public final class ServiceException extends FunctionException {
  @Serial private static final long serialVersionUID = 1;

  /// What is at fault.
  public enum Kind {
    /// The program, or the data that it serves.
    FAILED(500),
    /// Something that the service depends on.
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

  /// Returns an exception for something that cannot be reached at the moment; a retry may succeed.
  ///
  /// @param message one sentence for the caller
  public static ServiceException unavailable(String message) {
    return new ServiceException(Kind.UNAVAILABLE, message);
  }

  /// Returns what is at fault.
  public Kind kind() {
    return kind;
  }

  @Override
  public int status() {
    return kind.status;
  }
}
