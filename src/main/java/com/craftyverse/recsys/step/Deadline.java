package com.craftyverse.recsys.step;

import java.time.Duration;
import java.util.Optional;

/// The time limit of the current invocation, at most 15 minutes on Lambda.
///
/// Lambda runs one invocation per process at a time, and work may use several threads, so the deadline
/// belongs to the process. Elsewhere there is no deadline.
public final class Deadline {
  private static volatile Optional<Long> end = Optional.empty();

  private Deadline() {}

  /// Clears the deadline when closed.
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /// Sets the deadline until the scope is closed.
  ///
  /// @param remaining the time from now
  public static Scope in(Duration remaining) {
    end = Optional.of(System.nanoTime() + remaining.toNanos());
    return () -> end = Optional.empty();
  }

  /// Returns the remaining time; empty without a deadline.
  public static Optional<Duration> remaining() {
    return end.map(nanos -> Duration.ofNanos(nanos - System.nanoTime()));
  }
}
