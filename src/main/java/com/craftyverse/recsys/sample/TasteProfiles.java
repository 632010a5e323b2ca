package com.craftyverse.recsys.sample;

import java.util.Arrays;

/// The distribution of users' tastes: a softmax of independent normals (a logistic-normal distribution), so
/// that a user has few strong tastes and all tastes are equally common. Each user's tastes have mean 1.
final class TasteProfiles {
  /// Standard deviation of a taste's logarithm. Larger values give users fewer strong tastes.
  private static final double LOG_SD = 5;

  /// Number of representative users; see [#representatives].
  static final int REPRESENTATIVES = 2 * Taste.COUNT;

  private static final int DRAWS = 4_096;

  /// Variance of a taste over users.
  final double variance;

  private final double[][] typical = new double[2][Taste.COUNT];

  TasteProfiles() {
    double[][] drawn = new double[DRAWS][Taste.COUNT];
    double squares = 0;
    for (int n = 0; n < DRAWS; n++) {
      draw(SplitMix.stream(0, Streams.TASTE_PROFILES, n), drawn[n]);
      Arrays.sort(drawn[n]);
      for (double taste : drawn[n]) {
        squares += taste * taste;
      }
    }
    variance = squares / (DRAWS * Taste.COUNT) - 1;
    Arrays.sort(drawn, (a, b) -> Double.compare(a[Taste.COUNT - 1], b[Taste.COUNT - 1]));
    for (int n = 0; n < DRAWS; n++) {
      for (int k = 0; k < Taste.COUNT; k++) {
        typical[2 * n / DRAWS][k] += 2 * drawn[n][k] / DRAWS;
      }
    }
  }

  /// Draws a user's tastes.
  static void draw(SplitMix random, double[] tastes) {
    double sum = 0;
    for (int k = 0; k < tastes.length; k++) {
      tastes[k] = StrictMath.exp(LOG_SD * random.nextGaussian());
      sum += tastes[k];
    }
    for (int k = 0; k < tastes.length; k++) {
      tastes[k] *= tastes.length / sum;
    }
  }

  /// Returns the tastes of a few users who represent all: the mean profile of the half with the broader
  /// tastes and of the half with the narrower ones, each with every taste in turn as the strongest.
  ///
  /// @return `Taste.COUNT` rows of [#REPRESENTATIVES] columns
  double[][] representatives() {
    double[][] result = new double[Taste.COUNT][REPRESENTATIVES];
    for (int r = 0; r < REPRESENTATIVES; r++) {
      for (int k = 0; k < Taste.COUNT; k++) {
        result[(k + r) % Taste.COUNT][r] = typical[r / Taste.COUNT][k];
      }
    }
    return result;
  }
}
