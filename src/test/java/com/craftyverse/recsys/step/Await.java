package com.craftyverse.recsys.step;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits, within a limit, for something that only polling can observe.
public final class Await {
  private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

  private Await() {}

  /// Polls a condition and returns its first value.
  ///
  /// @throws AssertionError if it has no value within the limit
  public static <T> T value(Duration limit, String what, Callable<Optional<T>> condition)
      throws Exception {
    long start = System.nanoTime();
    while (true) {
      Optional<T> value = condition.call();
      if (value.isPresent()) {
        return value.get();
      }
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new AssertionError(what + ": nothing within " + limit);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
