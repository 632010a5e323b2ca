package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.SplitMix64;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;

/// Means over users with 95 % intervals from the percentile bootstrap (Efron & Tibshirani, "An Introduction
/// to the Bootstrap", 1993, chapter 13). Users are drawn with replacement 1,000 times; the interval covers
/// the middle 95 % of the means. All columns share the draws.
final class Bootstrap {
  static final int SAMPLES = 1_000;
  private static final double TAIL = 0.025;

  /// Samples summed in one pass over the users.
  private static final int SAMPLES_PER_TASK = 4;

  /// Users summed in float before the sum is added to a double.
  private static final int PARTIAL = 64;

  private Bootstrap() {}

  /// Returns the mean of each column, with its interval.
  ///
  /// @param rows one row per user, at least 1, all of the same length
  /// @param seed of the draws; the result does not depend on the number of threads
  static Interval[] intervals(float[][] rows, long seed, WorkerPool workers) throws IOException {
    int users = rows.length;
    int columns = rows[0].length;
    double[][] means = new double[columns][SAMPLES];
    workers.run(
        SAMPLES / SAMPLES_PER_TASK,
        (task, _) -> {
          workers.checkStopped();
          int first = task * SAMPLES_PER_TASK;
          int[][] drawCounts = new int[SAMPLES_PER_TASK][];
          Arrays.setAll(drawCounts, i -> draw(users, seed, first + i));
          double[][] sums = sums(rows, drawCounts);
          for (int i = 0; i < SAMPLES_PER_TASK; i++) {
            for (int column = 0; column < columns; column++) {
              means[column][first + i] = sums[i][column] / users;
            }
          }
        });
    double[] sums = new double[columns];
    for (float[] row : rows) {
      for (int column = 0; column < columns; column++) {
        sums[column] += row[column];
      }
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

  /// Returns how many times a sample draws each user.
  private static int[] draw(int users, long seed, int sample) {
    int[] drawCounts = new int[users];
    long state = SplitMix64.mix(seed ^ SplitMix64.mix(sample));
    for (int i = 0; i < users; i++) {
      state += SplitMix64.GAMMA;
      drawCounts[(int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), users)]++;
    }
    return drawCounts;
  }

  /// Sums the columns of several samples in one pass over the rows.
  ///
  /// @param drawCounts how many times each sample contains each user
  private static double[][] sums(float[][] rows, int[][] drawCounts) {
    int columns = rows[0].length;
    double[][] sums = new double[drawCounts.length][columns];
    float[][] partial = new float[drawCounts.length][columns];
    for (int from = 0; from < rows.length; from += PARTIAL) {
      for (int user = from; user < Math.min(rows.length, from + PARTIAL); user++) {
        for (int sample = 0; sample < drawCounts.length; sample++) {
          if (drawCounts[sample][user] > 0) {
            add(drawCounts[sample][user], rows[user], partial[sample]);
          }
        }
      }
      for (int sample = 0; sample < drawCounts.length; sample++) {
        for (int column = 0; column < columns; column++) {
          sums[sample][column] += partial[sample][column];
        }
        Arrays.fill(partial[sample], 0);
      }
    }
    return sums;
  }

  private static void add(float drawCounts, float[] row, float[] sums) {
    for (int column = 0; column < sums.length; column++) {
      sums[column] += drawCounts * row[column];
    }
  }
}
