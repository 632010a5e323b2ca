package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.SplitMix64;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;

/// Means over users with 95 % intervals by the percentile bootstrap (Efron & Tibshirani, "An Introduction
/// to the Bootstrap", 1993, chapter 13): users are drawn with replacement 1,000 times, and the interval
/// holds the middle 95 % of the means. All columns share the draws.
final class Bootstrap {
  static final int SAMPLES = 1_000;
  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /// The mean of each column, with its interval.
  ///
  /// @param rows one row a user, of `columns` values each
  /// @param users how many rows, 1 at least
  /// @param seed of the draws; the result is the same for any number of threads
  static Interval[] intervals(float[] rows, int users, int columns, long seed, WorkerPool workers)
      throws IOException {
    double[][] means = new double[columns][SAMPLES];
    workers.run(
        SAMPLES,
        (sample, _) -> {
          workers.checkStopped();
          double[] sums = new double[columns];
          long state = SplitMix64.mix(seed ^ SplitMix64.mix(sample));
          for (int draw = 0; draw < users; draw++) {
            state += SplitMix64.GAMMA;
            int user = (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), users);
            add(rows, user * columns, sums);
          }
          for (int column = 0; column < columns; column++) {
            means[column][sample] = sums[column] / users;
          }
        });
    double[] sums = new double[columns];
    for (int user = 0; user < users; user++) {
      add(rows, user * columns, sums);
    }
    Interval[] intervals = new Interval[columns];
    for (int column = 0; column < columns; column++) {
      Arrays.sort(means[column]);
      intervals[column] =
          new Interval(
              sums[column] / users,
              means[column][(int) (TAIL * SAMPLES)],
              means[column][SAMPLES - 1 - (int) (TAIL * SAMPLES)]);
    }
    return intervals;
  }

  private static void add(float[] rows, int at, double[] sums) {
    for (int column = 0; column < sums.length; column++) {
      sums[column] += rows[at + column];
    }
  }
}
