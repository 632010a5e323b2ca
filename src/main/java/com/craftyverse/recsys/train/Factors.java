package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.train.RandomStream.Purpose;

/// The parameters that training learns: a row for each user and item, laid out as [RowLayout] says.
///
/// @param layout the rows' layout
/// @param users rows of the users
/// @param items rows of the items
record Factors(RowLayout layout, float[] users, float[] items) {
  /// Standard deviation of the initial factors, times √k, so that initial products p·q of any
  /// length have the same spread.
  private static final double INITIAL_SPREAD = 0.25;

  /// Random factors of mean zero, or of such a mean that p·q begins at `level`; biases of zero. A
  /// row depends on the seed and its number only.
  static Factors initial(RowLayout layout, int users, int items, double level, long seed) {
    Factors factors = new Factors(layout, layout.allocate(users), layout.allocate(items));
    double centre = Math.sqrt(Math.abs(level) / layout.factors());
    float user = (float) centre;
    float item = (float) Math.copySign(centre, level);
    factors.fill(factors.users, Purpose.USER_FACTORS, seed, user, layout.itemBias());
    factors.fill(factors.items, Purpose.ITEM_FACTORS, seed, item, layout.userBias());
    return factors;
  }

  private void fill(float[] rows, Purpose purpose, long seed, float centre, int one) {
    int stride = layout.stride();
    // Uniform numbers in [−1, 1) have a standard deviation of 1/√3.
    float spread = (float) (INITIAL_SPREAD * Math.sqrt(3.0 / layout.factors()));
    for (int row = 0; row * stride < rows.length; row++) {
      RandomStream random = new RandomStream(seed, purpose, row);
      for (int i = 0; i < layout.factors(); i++) {
        rows[row * stride + i] = centre + spread * random.symmetric();
      }
      rows[row * stride + one] = 1;
    }
  }

  /// Takes over the values of factors of the same size.
  void set(Factors other) {
    System.arraycopy(other.users, 0, users, 0, users.length);
    System.arraycopy(other.items, 0, items, 0, items.length);
  }

  /// Factors of the same size and values.
  Factors copy() {
    return new Factors(layout, users.clone(), items.clone());
  }

  boolean isFinite() {
    return isFinite(users) && isFinite(items);
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
