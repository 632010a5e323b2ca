package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.SplitMix64;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

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
    double[][] means = sampleMeans(rows, seed, workers);
    double[] all = means(rows);
    Interval[] intervals = new Interval[all.length];
    Arrays.setAll(intervals, column -> interval(all[column], means[column]));
    return intervals;
  }

  /// Returns the ratio of two sums, with its interval: that of column 1 to that of column 0.
  ///
  /// @param rows one row of sums per user, at least 1, all above 0 in column 0
  /// @param seed of the draws; the result does not depend on the number of threads
  static Interval ratio(float[][] rows, long seed, WorkerPool workers) throws IOException {
    double[][] means = sampleMeans(rows, seed, workers);
    double[] all = means(rows);
    double[] ratios = new double[SAMPLES];
    Arrays.setAll(ratios, sample -> means[1][sample] / means[0][sample]);
    return interval(all[1] / all[0], ratios);
  }

  /// The columns of a user's sums whose RMSEs are compared.
  ///
  /// @param ratings column of the number of ratings
  /// @param errors column of the sum of squared errors
  /// @param otherErrors column of the same sum for other predictions of these ratings
  record RmsePair(int ratings, int errors, int otherErrors) {}

  /// Returns differences of RMSEs, with their intervals: that of the errors minus that of the other errors.
  ///
  /// @param rows one row of sums per user, at least 1, all of the same length; for each pair, at least one
  ///     user has ratings
  /// @param seed of the draws; the result does not depend on the number of threads
  static Interval[] rmseDifferences(
      float[][] rows, List<RmsePair> pairs, long seed, WorkerPool workers) throws IOException {
    double[][] means = sampleMeans(rows, seed, workers);
    double[] all = means(rows);
    Interval[] intervals = new Interval[pairs.size()];
    for (int i = 0; i < intervals.length; i++) {
      RmsePair pair = pairs.get(i);
      double[] differences = new double[SAMPLES];
      Arrays.setAll(
          differences,
          sample ->
              rmseDifference(
                  means[pair.ratings][sample],
                  means[pair.errors][sample],
                  means[pair.otherErrors][sample]));
      intervals[i] =
          interval(
              rmseDifference(all[pair.ratings], all[pair.errors], all[pair.otherErrors]),
              differences);
    }
    return intervals;
  }

  /// A sample without ratings of the pair has no difference; it counts as 0, that is, as undecided.
  private static double rmseDifference(double ratings, double errors, double otherErrors) {
    return ratings == 0 ? 0 : Math.sqrt(errors / ratings) - Math.sqrt(otherErrors / ratings);
  }

  /// Returns the middle 95 % of the samples. Sorts them.
  private static Interval interval(double value, double[] samples) {
    Arrays.sort(samples);
    return new Interval(
        value, samples[(int) (TAIL * SAMPLES)], samples[SAMPLES - 1 - (int) (TAIL * SAMPLES)]);
  }

  private static double[] means(float[][] rows) {
    double[] means = new double[rows[0].length];
    for (float[] row : rows) {
      for (int column = 0; column < means.length; column++) {
        means[column] += row[column];
      }
    }
    for (int column = 0; column < means.length; column++) {
      means[column] /= rows.length;
    }
    return means;
  }

  /// Returns the mean of each column in each sample.
  private static double[][] sampleMeans(float[][] rows, long seed, WorkerPool workers)
      throws IOException {
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
    return means;
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
