package com.craftyverse.recsys.format;

import org.jspecify.annotations.Nullable;

/// The description of a model's ranking vectors in its `model.json`.
///
/// Items are ranked for a user by `rankingVector(user) · rankingVector(item)`. An unknown user is folded in
/// with the equations of training, over the items `j` that they chose, with the items' Gram matrix G from
/// `gram.arrow`:
///
/// ```
/// x = (α₀G + Σ wⱼqⱼqⱼᵀ + λ(Σ wⱼ + α₀·items)·I)⁻¹ Σ wⱼqⱼ
/// ```
///
/// @param factors k, the length of the vectors
/// @param regularization λ, the weight of the L2 penalty
/// @param unobservedWeight α₀, the weight of unobserved pairs
/// @param epochs number of training epochs
/// @param lowest the rating of weight 0.1; null for choices without ratings, whose weight is [#choiceWeight]
/// @param highest the rating of weight 1; if it equals the lowest, all weights are 1; null for choices
public record RankingCard(
    int factors,
    double regularization,
    double unobservedWeight,
    int epochs,
    @Nullable Float lowest,
    @Nullable Float highest) {
  private static final double MIN_WEIGHT = 0.1;
  private static final double LOG_2 = StrictMath.log(2);

  /// Returns the weight of a choice with that rating, from 0.1 for the lowest to 1 for the highest, or with
  /// that amount.
  public float weight(float rating) {
    return lowest == null || highest == null
        ? choiceWeight(rating)
        : weight(rating, lowest, highest);
  }

  /// Returns the weight of a choice without a rating: `1 + log₂(amount)`, and 1 for amounts below 1. It is exact
  /// for powers of two, and the same on every machine.
  public static float choiceWeight(float amount) {
    if (!(amount > 1)) {
      return 1;
    }
    int exponent = Math.getExponent(amount);
    float mantissa = Math.scalb(amount, -exponent);
    return (float) (1 + exponent + (mantissa == 1 ? 0 : StrictMath.log(mantissa) / LOG_2));
  }

  /// Returns the same weight for a given scale.
  public static float weight(float rating, float lowest, float highest) {
    if (!(highest > lowest)) {
      return 1;
    }
    double position = ((double) rating - lowest) / ((double) highest - lowest);
    return (float) (MIN_WEIGHT + (1 - MIN_WEIGHT) * Math.clamp(position, 0, 1));
  }
}
