package com.craftyverse.recsys.ingest;

/// A reusable columnar buffer of ratings.
final class RatingsBatch {
  /// The maximum number of rows. Every record batch of `ratings.arrow` has this many, except the last.
  static final int CAPACITY = 1 << 16;

  /// The size of a row in `ratings.arrow`.
  static final int ROW_BYTES = 2 * Integer.BYTES + Float.BYTES + Long.BYTES;

  final int[] users = new int[CAPACITY];
  final int[] items = new int[CAPACITY];
  final float[] ratings = new float[CAPACITY];

  /// Epoch seconds.
  final long[] timestamps = new long[CAPACITY];

  int rows;
}
