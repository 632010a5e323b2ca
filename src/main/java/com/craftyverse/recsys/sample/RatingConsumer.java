package com.craftyverse.recsys.sample;

/// A consumer of ratings, one at a time.
@FunctionalInterface
public interface RatingConsumer {
  /// Accepts one row of `ratings.csv`.
  ///
  /// @param rating stars: 0.5, 1.0, … 5.0
  /// @param timestamp epoch seconds
  void accept(int userId, int movieId, float rating, long timestamp);
}
