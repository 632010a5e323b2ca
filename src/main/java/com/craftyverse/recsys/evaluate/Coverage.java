package com.craftyverse.recsys.evaluate;

/// How much of a set a model knows from training. The four shares add up to 1.
///
/// @param rows number of ratings in the set, as split
/// @param warm share of the rows whose user and item are in training
/// @param coldUser share of the rows of which only the user is not
/// @param coldItem share of the rows of which only the item is not
/// @param coldBoth share of the rows of which neither is
public record Coverage(long rows, double warm, double coldUser, double coldItem, double coldBoth) {
  /// Counts the rows of a set.
  static Coverage of(HeldOutRatings set) {
    long[] counts = new long[4];
    for (int group = 0; group < set.groups(); group++) {
      int coldUser = set.user(group) < 0 ? 1 : 0;
      for (int row = set.start(group); row < set.start(group + 1); row++) {
        counts[coldUser + (set.item(row) < 0 ? 2 : 0)]++;
      }
    }
    double rows = Math.max(1, set.rows());
    return new Coverage(
        set.rows(), counts[0] / rows, counts[1] / rows, counts[2] / rows, counts[3] / rows);
  }
}
