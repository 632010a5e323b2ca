package com.craftyverse.recsys.model;

/// What is known of a user: the items that they chose, with a rating of each.
///
/// @param items the items, by dense index
/// @param ratings a rating of each
public record History(int[] items, float[] ratings) {
  /// Nothing.
  public static final History NONE = new History(new int[0], new float[0]);

  /// How many items are known.
  public int size() {
    return items.length;
  }
}
