package com.craftyverse.recsys.step;

import java.time.Duration;
import java.util.Optional;

/// The end of the time that the surroundings give a function, which on Lambda is at most 15 minutes.
///
/// A process runs one invocation at a time there, and work may be spread over its threads, so the
/// deadline is the process's. Elsewhere there is none.
public final class Deadline {
  private static volatile Optional<Long> end = Optional.empty();

  private Deadline() {}

  /// Ends the validity of a deadline.
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /// Sets the deadline until the scope is closed.
  ///
  /// @param remaining the time from now on
  public static Scope in(Duration remaining) {
    end = Optional.of(System.nanoTime() + remaining.toNanos());
    return () -> end = Optional.empty();
  }

  /// The time that is left; empty without a deadline.
  public static Optional<Duration> remaining() {
    return end.map(nanos -> Duration.ofNanos(nanos - System.nanoTime()));
  }
}
