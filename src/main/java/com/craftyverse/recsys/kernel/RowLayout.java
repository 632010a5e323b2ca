package com.craftyverse.recsys.kernel;

/// The layout of factors and biases in a row of `stride` floats, a multiple of 16:
///
/// ```
/// user   p[0] … p[k−1]   b_u    1    0 …
/// item   q[0] … q[k−1]    1    b_i   0 …
/// ```
///
/// The dot product of a user's and an item's row is therefore `p·q + b_u + b_i`.
///
/// @param factors k, the number of factors
public record RowLayout(int factors) {
  /// Checks that there is at least one factor.
  public RowLayout {
    if (factors < 1) {
      throw new IllegalArgumentException("expected at least 1 factor, found " + factors);
    }
  }

  /// Returns the number of floats in a row.
  public int stride() {
    return padded(used());
  }

  /// Returns the length of a padded row, which is the next multiple of [Kernel#VIRTUAL_LANES].
  public static int padded(int floats) {
    int lanes = Kernel.VIRTUAL_LANES;
    return (floats + lanes - 1) / lanes * lanes;
  }

  /// Returns the number of floats in a row before its padding.
  int used() {
    return factors + 2;
  }

  /// Returns the position of the bias in a user's row, and of the matching 1 in an item's row.
  public int userBias() {
    return factors;
  }

  /// Returns the position of the bias in an item's row, and of the matching 1 in a user's row.
  public int itemBias() {
    return factors + 1;
  }

  /// Returns a new array for `rows` rows.
  ///
  /// @throws IllegalArgumentException if they exceed the maximum array size
  public float[] allocate(int rows) {
    return allocate(rows, stride());
  }

  /// Returns a new array for `rows` rows of `stride` floats.
  ///
  /// @throws IllegalArgumentException if they exceed the maximum array size
  public static float[] allocate(int rows, int stride) {
    long floats = (long) rows * stride;
    if (floats > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          rows + " rows of " + stride + " floats exceed the maximum array size");
    }
    return new float[(int) floats];
  }
}
