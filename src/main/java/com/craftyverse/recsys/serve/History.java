package com.craftyverse.recsys.serve;

/// What a user rated, as far as the model knows the movies.
///
/// @param items the items
/// @param ratings a rating of each
record History(int[] items, float[] ratings) {
  static final History NONE = new History(new int[0], new float[0]);

  int size() {
    return items.length;
  }
}
