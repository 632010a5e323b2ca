package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Deadline;

/// The time limit of a call's epochs: that of the request or of the environment, whichever ends first.
final class TimeBudget {
  /// Reserved from the environment's limit, to write a checkpoint or the model.
  private static final double SECONDS_TO_WRITE = 30;

  /// Allows the next epoch to take 1.5 times as long as the previous one.
  private static final double MARGIN = 1.5;

  private final long start = System.nanoTime();
  private final double seconds;

  /// Starts the clock.
  ///
  /// @param seconds the limit of the request; infinite without one
  TimeBudget(double seconds) {
    this.seconds = seconds;
  }

  /// Returns whether the time left is too short for another epoch.
  ///
  /// @param epochSeconds duration of the previous epoch
  boolean isNear(double epochSeconds) {
    double needed = MARGIN * epochSeconds;
    double left = seconds - (System.nanoTime() - start) / 1e9;
    return left < needed
        || Deadline.remaining()
            .map(remaining -> remaining.toMillis() / 1e3 - SECONDS_TO_WRITE < needed)
            .orElse(false);
  }
}
