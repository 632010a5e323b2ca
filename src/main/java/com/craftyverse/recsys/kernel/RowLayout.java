package com.craftyverse.recsys.kernel;

/// How factors and biases lie in a row of `stride` floats, a multiple of 16:
///
/// ```
/// user   p[0] … p[k−1]   b_u    1    0 …
/// item   q[0] … q[k−1]    1    b_i   0 …
/// ```
///
/// so that the dot product of a user's and an item's row is `p·q + b_u + b_i`.
///
/// @param factors k, the number of factors
public record RowLayout(int factors) {
  /// Checks that there are factors.
  public RowLayout {
    if (factors < 1) {
      throw new IllegalArgumentException(factors + " factors");
    }
  }

  /// Floats in a row.
  public int stride() {
    return padded(used());
  }

  /// The next multiple of [Kernel#VIRTUAL_LANES]: what a row of so many floats takes.
  public static int padded(int floats) {
    int lanes = Kernel.VIRTUAL_LANES;
    return (floats + lanes - 1) / lanes * lanes;
  }

  /// Floats in a row before its padding.
  int used() {
    return factors + 2;
  }

  /// The place of the bias in a user's row; in an item's, of the one that it meets.
  public int userBias() {
    return factors;
  }

  /// The place of the bias in an item's row; in a user's, of the one that it meets.
  public int itemBias() {
    return factors + 1;
  }

  /// An array for `rows` rows.
  ///
  /// @throws IllegalArgumentException when they take more than an array can hold
  public float[] allocate(int rows) {
    return allocate(rows, stride());
  }

  /// An array for `rows` rows of `stride` floats.
  ///
  /// @throws IllegalArgumentException when they take more than an array can hold
  public static float[] allocate(int rows, int stride) {
    long floats = (long) rows * stride;
    if (floats > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          rows + " rows of " + stride + " floats are more than an array can hold");
    }
    return new float[(int) floats];
  }
}
