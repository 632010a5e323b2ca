package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Deadline;

/// The time that a call may spend on epochs: the request's limit or the environment's, whichever ends first.
final class TimeBudget {
  /// Kept of the time that the surroundings give, for writing a checkpoint or the model.
  private static final double SECONDS_TO_WRITE = 30;

  /// An epoch is expected to take as long as the one before it, and half as much again.
  private static final double MARGIN = 1.5;

  private final long start = System.nanoTime();
  private final double seconds;

  /// The time starts now.
  ///
  /// @param seconds the time that the request allows; infinite when it does not say
  TimeBudget(double seconds) {
    this.seconds = seconds;
  }

  /// Whether there is too little time left for another epoch.
  ///
  /// @param epochSeconds what the last one took
  boolean isNear(double epochSeconds) {
    double needed = MARGIN * epochSeconds;
    double left = seconds - (System.nanoTime() - start) / 1e9;
    return left < needed
        || Deadline.remaining()
            .map(remaining -> remaining.toMillis() / 1e3 - SECONDS_TO_WRITE < needed)
            .orElse(false);
  }
}
