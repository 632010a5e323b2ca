package com.craftyverse.recsys.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Statistics of the lists of all evaluated users.
///
/// @param coverage share of the catalogue that appears in a list
/// @param gini Gini index of how often each item of the catalogue is recommended: 0 if all are recommended
///     equally often, near 1 if a few items fill all lists
/// @param medianPopularity median number of training ratings of a recommended item
public record ListFigures(double coverage, double gini, double medianPopularity) {
  /// Computes the statistics.
  ///
  /// The Gini index is `Σ (2i − m − 1) x_i ÷ (m Σ x_i)` over the m items by ascending `x_i`, the number of
  /// times that each is recommended (Gini 1912; used this way by Fleder & Hosanagar, "Blockbuster culture's
  /// next rise or fall", Management Science 2009).
  ///
  /// @param counts how often each item is recommended; not all are 0
  /// @param ratings number of training ratings per item
  static ListFigures of(long[] counts, int[] ratings) {
    int items = counts.length;
    long[] ascending = counts.clone();
    Arrays.sort(ascending);
    double sum = 0;
    double weighted = 0;
    int covered = 0;
    for (int i = 0; i < items; i++) {
      sum += ascending[i];
      weighted += (2.0 * (i + 1) - items - 1) * ascending[i];
      covered += ascending[i] > 0 ? 1 : 0;
    }
    return new ListFigures(
        (double) covered / items, weighted / (items * sum), medianPopularity(counts, ratings));
  }

  private static double medianPopularity(long[] counts, int[] ratings) {
    int[] byRatings =
        IntStream.range(0, counts.length)
            .filter(item -> counts[item] > 0)
            .boxed()
            .sorted(Comparator.comparingInt((Integer item) -> ratings[item]))
            .mapToInt(item -> item)
            .toArray();
    long sum = LongStream.of(counts).sum();
    return (ratingsAt((sum - 1) / 2, byRatings, counts, ratings)
            + ratingsAt(sum / 2, byRatings, counts, ratings))
        / 2.0;
  }

  /// Returns the ratings of the item at a position among all recommendations, by ascending ratings.
  private static int ratingsAt(long position, int[] byRatings, long[] counts, int[] ratings) {
    long cumulative = 0;
    for (int item : byRatings) {
      cumulative += counts[item];
      if (cumulative > position) {
        return ratings[item];
      }
    }
    throw new IllegalStateException("nothing is recommended");
  }
}
