package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.train.RandomStream.Purpose;
import org.jspecify.annotations.Nullable;

/// The learned parameters of a rating model: a row per user and per item, laid out by [RowLayout].
///
/// @param layout the rows' layout
/// @param users rows of the users
/// @param items rows of the items
record Factors(RowLayout layout, float[] users, float[] items) {
  /// Draws random factors and sets the biases to zero. Factors have mean zero, or a mean such that p·q
  /// starts at `level`. A row depends only on the seed and its number.
  ///
  /// @param spread standard deviation of the factors, times √k, so that the spread of p·q does not depend
  ///     on k; in training's unit
  /// @param unit that unit, in ratings
  static Factors initial(
      RowLayout layout, int users, int items, double level, double spread, double unit, long seed) {
    Factors factors = new Factors(layout, layout.allocate(users), layout.allocate(items));
    double center = Math.sqrt(Math.abs(level) / layout.factors());
    float user = (float) center;
    float item = (float) Math.copySign(center, level);
    // The products p·q are in ratings.
    double deviation = spread * Math.sqrt(unit);
    factors.fill(factors.users, Purpose.USER_FACTORS, seed, user, deviation, layout.itemBias());
    factors.fill(factors.items, Purpose.ITEM_FACTORS, seed, item, deviation, layout.userBias());
    return factors;
  }

  /// Draws the first factors of a run.
  ///
  /// @param parameters with the number of choice factors
  /// @param choiceFactors null without them
  static Factors initial(
      TrainingSet training, TrainParameters parameters, @Nullable ChoiceFactors choiceFactors) {
    RowLayout layout = parameters.layout();
    double unit = training.unit(parameters.biased());
    Factors factors =
        initial(
            layout,
            training.users(),
            training.items(),
            parameters.biased() ? 0 : training.mean(),
            // √k of the learned factors alone
            parameters.initialSpread()
                * Math.sqrt((double) layout.factors() / parameters.factors()),
            unit,
            parameters.seed());
    if (choiceFactors != null) {
      choiceFactors.copyInto(factors, unit);
    }
    return factors;
  }

  private void fill(
      float[] rows, Purpose purpose, long seed, float center, double spread, int oneColumn) {
    int stride = layout.stride();
    // Uniform numbers in [−1, 1) have a standard deviation of 1/√3.
    float width = (float) (spread * Math.sqrt(3.0 / layout.factors()));
    for (int row = 0; row * stride < rows.length; row++) {
      RandomStream random = new RandomStream(seed, purpose, row);
      for (int i = 0; i < layout.factors(); i++) {
        rows[row * stride + i] = center + width * random.nextSymmetric();
      }
      rows[row * stride + oneColumn] = 1;
    }
  }

  /// Returns a deep copy.
  Factors copy() {
    return new Factors(layout, users.clone(), items.clone());
  }
}
