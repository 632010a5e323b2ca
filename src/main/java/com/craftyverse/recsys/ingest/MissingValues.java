package com.craftyverse.recsys.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A search for a number that stands for "no rating" among ratings: 0, −1 or 99, off the grid of the others.
final class MissingValues {
  private static final List<Double> USUAL = List.of(0.0, -1.0, 99.0, -99.0, 999.0);

  /// Share of all ratings from which a value next to the grid is suspicious, too: Book-Crossing has 0 for three
  /// fifths.
  private static final double SUSPICIOUS_SHARE = 0.25;

  private MissingValues() {}

  /// Returns whether the number often means that there is no rating.
  static boolean isUsual(double rating) {
    return USUAL.contains(rating);
  }

  /// Returns the value, without decimals if it is whole.
  ///
  /// @param counts the ratings by how often they occur, ascending
  static Optional<String> suspect(Map<Double, Integer> counts) {
    List<Double> ratings = new ArrayList<>(counts.keySet());
    if (ratings.size() < 4) {
      return Optional.empty();
    }
    long total = counts.values().stream().mapToLong(Integer::longValue).sum();
    for (double value : USUAL) {
      boolean isLowest = ratings.getFirst() == value;
      if (!isLowest && ratings.getLast() != value) {
        continue;
      }
      List<Double> others =
          isLowest ? ratings.subList(1, ratings.size()) : ratings.subList(0, ratings.size() - 1);
      double gap = isLowest ? others.getFirst() - value : value - others.getLast();
      double widest = 0;
      for (int i = 1; i < others.size(); i++) {
        widest = Math.max(widest, others.get(i) - others.get(i - 1));
      }
      boolean isOff = gap > 2 * widest;
      boolean isFrequent =
          value <= 0
              && others.getFirst() > 0
              && counts.getOrDefault(value, 0) > SUSPICIOUS_SHARE * total;
      if (isOff || isFrequent) {
        return Optional.of(
            value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value));
      }
    }
    return Optional.empty();
  }
}
