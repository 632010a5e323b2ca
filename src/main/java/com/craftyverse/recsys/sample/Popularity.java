package com.craftyverse.recsys.sample;

/// The number of ratings at each popularity rank: the curve of ml-latest of July 2023.
final class Popularity {
  static final int FULL_RATINGS = 33_832_162;
  static final int FULL_RATED_MOVIES = 83_239;

  private static final int[] RANKS = {
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    3_000,
    5_000,
    7_500,
    10_000,
    15_000,
    20_000,
    30_000,
    40_000,
    50_000,
    60_000,
    70_000,
    FULL_RATED_MOVIES
  };
  private static final int[] COUNTS = {
    122_296, 113_581, 101_802, 80_200, 71_820, 48_441, 38_195, 26_797, 14_905, 8_395, 3_529, 1_962,
    807, 340, 170, 60, 29, 11, 6, 3, 2, 1, 1
  };

  private Popularity() {}

  /// Returns the number of ratings at a rank (from 1) in ml-latest, log-log interpolated; 1 beyond the last
  /// rated movie. Ranks may be fractional.
  static double fullCount(double rank) {
    if (rank >= FULL_RATED_MOVIES) {
      return 1;
    }
    int k = 0;
    while (RANKS[k + 1] <= rank) {
      k++;
    }
    double part =
        StrictMath.log(rank / RANKS[k]) / StrictMath.log((double) RANKS[k + 1] / RANKS[k]);
    return COUNTS[k] * StrictMath.exp(part * StrictMath.log((double) COUNTS[k + 1] / COUNTS[k]));
  }

  /// Returns how many movies have a rating in a sample of ml-latest's users with this many ratings: those
  /// with an expected count of at least one half.
  static int ratedMoviesAt(int ratings) {
    double scale = Math.min(1.0, (double) ratings / FULL_RATINGS);
    int low = 1;
    int high = FULL_RATED_MOVIES;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (scale * fullCount(middle) >= 0.5) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Returns how many ranks of a natural set (see [#ratedMoviesAt]) one rank of a spec represents: 1, or
  /// more when the spec has fewer movies than its ratings would naturally touch.
  static double ranksPerMovie(SampleSpec spec) {
    return Math.max(1, (double) ratedMoviesAt(spec.ratings()) / spec.ratedMovies());
  }

  /// Returns the expected ratings by rank (index 0 is rank 1): at least 1 each, at most 0.6 per user,
  /// scaled so that the sum is as close to the number of ratings as that limit allows.
  static double[] expectedCounts(SampleSpec spec) {
    int movies = spec.ratedMovies();
    double stride = ranksPerMovie(spec);
    double[] full = new double[movies];
    for (int i = 0; i < movies; i++) {
      full[i] = fullCount(1 + i * stride);
    }
    double max = Math.max(1, 0.6 * spec.users());
    double low = 0;
    double high = 1e9;
    for (int i = 0; i < 200; i++) {
      double middle = (low + high) / 2;
      double sum = 0;
      for (double count : full) {
        sum += Math.clamp(middle * count, 1, max);
      }
      if (sum < spec.ratings()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    for (int i = 0; i < movies; i++) {
      full[i] = Math.clamp(low * full[i], 1, max);
    }
    return full;
  }
}
