package com.craftyverse.recsys.model;

/// A user's known ratings: the items that they chose, with one rating each.
///
/// @param items the items, by dense index
/// @param ratings the rating of each item
public record History(int[] items, float[] ratings) {
  /// The empty history.
  public static final History NONE = new History(new int[0], new float[0]);

  /// Returns the number of items.
  public int size() {
    return items.length;
  }
}
