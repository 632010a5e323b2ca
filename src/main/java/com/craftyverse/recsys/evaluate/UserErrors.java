package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.SplitMix64;
import java.util.Arrays;

/// The absolute errors of a user's predicted ratings, each with its band of [Uncertainty]. Two bytes a rating.
final class UserErrors {
  /// Bins of absolute errors over the range of the scale.
  static final int BINS = 1_000;

  private static final int POPULARITY_BANDS = Bands.POPULARITY.count();

  /// Number of bands.
  static final int BANDS = Bands.ACTIVITY.count() * POPULARITY_BANDS;

  private final int userId;

  /// Band × bins + bin. The last band ends below 2¹⁵.
  private short[] codes = new short[8];

  private int size;

  /// @param userId a number for the user, the same in all sets
  UserErrors(int userId) {
    this.userId = userId;
  }

  /// Adds an error.
  ///
  /// @param known number of known ratings of the user
  /// @param popularity number of training ratings of the item
  void add(double error, int known, int popularity, RatingScale scale) {
    int bin = (int) (Math.abs(error) / (scale.max() - scale.min()) * BINS);
    int band = bandOf(known, popularity);
    if (size == codes.length) {
      codes = Arrays.copyOf(codes, 2 * size);
    }
    codes[size++] = (short) (band * BINS + Math.min(bin, BINS - 1));
  }

  static int bandOf(int known, int popularity) {
    return Bands.ACTIVITY.of(known) * POPULARITY_BANDS + Bands.POPULARITY.of(popularity);
  }

  int size() {
    return size;
  }

  int band(int i) {
    return codes[i] / BINS;
  }

  int bin(int i) {
    return codes[i] % BINS;
  }

  /// Returns which half of the users this one belongs to, 0 or 1.
  int half() {
    return (int) (SplitMix64.mix(userId) & 1);
  }
}
