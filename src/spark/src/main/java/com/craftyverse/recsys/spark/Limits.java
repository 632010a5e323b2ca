package com.craftyverse.recsys.spark;

/// What the formats of a model's files allow.
final class Limits {
  /// The most users and the most items of a model. Readers keep a side's ranking vectors in one array of
  /// floats, which holds 16 million vectors of length 128.
  static final int MAX_USERS = 16_000_000;

  private Limits() {}

  /// Refuses more users or items than a model may have.
  static int require(String side, long count) {
    if (count > MAX_USERS) {
      throw new RefusedException(
          String.format(
              java.util.Locale.ROOT,
              "the training set has %,d %s; the format of a model allows %,d",
              count,
              side,
              MAX_USERS));
    }
    return (int) count;
  }
}
