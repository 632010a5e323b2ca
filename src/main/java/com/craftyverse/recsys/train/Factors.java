package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.train.RandomStream.Purpose;

/// The parameters that training learns: a row for each user and item, laid out as [RowLayout] says.
///
/// @param layout the rows' layout
/// @param users rows of the users
/// @param items rows of the items
record Factors(RowLayout layout, float[] users, float[] items) {
  /// Random factors of mean zero, or of such a mean that p·q begins at `level`; biases of zero. A
  /// row depends on the seed and its number only.
  ///
  /// @param spread standard deviation of the factors, times √k, so that products p·q of any length
  ///     have the same spread; in training's unit
  /// @param unit that unit, in ratings
  static Factors initial(
      RowLayout layout, int users, int items, double level, double spread, double unit, long seed) {
    Factors factors = new Factors(layout, layout.allocate(users), layout.allocate(items));
    double centre = Math.sqrt(Math.abs(level) / layout.factors());
    float user = (float) centre;
    float item = (float) Math.copySign(centre, level);
    // Products p·q are in ratings.
    double deviation = spread * Math.sqrt(unit);
    factors.fill(factors.users, Purpose.USER_FACTORS, seed, user, deviation, layout.itemBias());
    factors.fill(factors.items, Purpose.ITEM_FACTORS, seed, item, deviation, layout.userBias());
    return factors;
  }

  private void fill(
      float[] rows, Purpose purpose, long seed, float centre, double spread, int one) {
    int stride = layout.stride();
    // Uniform numbers in [−1, 1) have a standard deviation of 1/√3.
    float width = (float) (spread * Math.sqrt(3.0 / layout.factors()));
    for (int row = 0; row * stride < rows.length; row++) {
      RandomStream random = new RandomStream(seed, purpose, row);
      for (int i = 0; i < layout.factors(); i++) {
        rows[row * stride + i] = centre + width * random.symmetric();
      }
      rows[row * stride + one] = 1;
    }
  }

  /// Factors of the same size and values.
  Factors copy() {
    return new Factors(layout, users.clone(), items.clone());
  }
}
