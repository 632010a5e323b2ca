package com.craftyverse.recsys.sample;

/// Takes ratings one by one.
@FunctionalInterface
public interface RatingConsumer {
  /// One row of `ratings.csv`.
  ///
  /// @param rating stars: 0.5, 1.0, … 5.0
  /// @param timestamp epoch seconds
  void accept(int userId, int movieId, float rating, long timestamp);
}
