package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.RequestException;
import java.util.Objects;

/// Settings of a call that do not affect the files.
///
/// @param threads number of threads that score
/// @param endsAt when the call ends at the latest, in nanoseconds of [System#nanoTime]
/// @param isLimited whether the request has a limit
record Execution(int threads, long endsAt, boolean isLimited) {
  static final int MAX_THREADS = 64;
  static final int MAX_SECONDS = 1_000_000;

  /// Reserved from the environment's limit.
  private static final double SECONDS_TO_END = 20;

  /// Allows the next part to take 1.5 times as long as the previous one.
  private static final double MARGIN = 1.5;

  /// Starts the clock.
  ///
  /// @throws RequestException naming the field that is out of range
  static Execution of(RecommendAllRequest request) {
    int processors = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    int threads = Objects.requireNonNullElse(request.threads(), processors);
    if (threads < 1 || threads > MAX_THREADS) {
      throw RequestException.invalid(
          "field 'threads': expected a whole number from 1 to "
              + MAX_THREADS
              + ", found "
              + threads);
    }
    Double seconds = request.maxSeconds();
    if (seconds != null && !(seconds > 0 && seconds <= MAX_SECONDS)) {
      throw RequestException.invalid(
          "field 'maxSeconds': expected a number above 0, at most "
              + MAX_SECONDS
              + ", found "
              + seconds);
    }
    return new Execution(
        threads,
        System.nanoTime() + (long) ((seconds == null ? 0 : seconds) * 1e9),
        seconds != null);
  }

  /// Returns whether the time left is too short for another part.
  ///
  /// @param partSeconds duration of the previous part
  boolean isNear(double partSeconds) {
    double needed = MARGIN * partSeconds;
    return (isLimited && (endsAt - System.nanoTime()) / 1e9 < needed)
        || Deadline.remaining()
            .map(remaining -> remaining.toMillis() / 1e3 - SECONDS_TO_END < needed)
            .orElse(false);
  }
}
