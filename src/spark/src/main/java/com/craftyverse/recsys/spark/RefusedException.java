package com.craftyverse.recsys.spark;

/// A mistake of the user, such as an unknown argument or a damaged upload. Its message is one sentence.
public final class RefusedException extends RuntimeException {
  /// @param message what was found, where, and what was expected
  public RefusedException(String message) {
    super(message);
  }

  /// Returns the refusal that caused a failure of Spark's, null if another failure did.
  static RefusedException causeOf(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RefusedException refused) {
        return refused;
      }
    }
    return null;
  }
}
