package com.craftyverse.recsys.ingest;

/// Rows of ratings by column, filled and emptied again and again.
final class RatingsBatch {
  /// The most rows, and the rows of every record batch of `ratings.arrow` but the last.
  static final int CAPACITY = 1 << 16;

  final int[] users = new int[CAPACITY];
  final int[] items = new int[CAPACITY];
  final float[] ratings = new float[CAPACITY];

  /// Epoch seconds.
  final long[] timestamps = new long[CAPACITY];

  int rows;
}
