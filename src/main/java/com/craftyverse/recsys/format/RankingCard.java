package com.craftyverse.recsys.format;

/// What a reader must know of a model's ranking vectors, in its `model.json`.
///
/// Items are ranked for a user by `rankingVector(user) · rankingVector(item)`. A user whom the model
/// does not know is folded in by the equations that it was trained by, over the items `j` that they
/// chose, with the items' Gram matrix G from `gram.arrow`:
///
/// ```
/// x = (α₀G + Σ wⱼqⱼqⱼᵀ + λ(Σ wⱼ + α₀·items)·I)⁻¹ Σ wⱼqⱼ
/// ```
///
/// @param factors k, the length of the vectors
/// @param regularization λ, the weight of the L2 penalty
/// @param unobservedWeight α₀, the weight of pairs that nobody chose
/// @param epochs that the vectors were trained for
/// @param lowest the rating of weight 0.1
/// @param highest the rating of weight 1; where it equals the lowest, all weights are 1
public record RankingCard(
    int factors,
    double regularization,
    double unobservedWeight,
    int epochs,
    float lowest,
    float highest) {
  private static final double LEAST_WEIGHT = 0.1;

  /// The weight of a choice with that rating: from 0.1 for the lowest to 1 for the highest.
  public float weight(float rating) {
    return weight(rating, lowest, highest);
  }

  /// The same on a scale.
  public static float weight(float rating, float lowest, float highest) {
    if (!(highest > lowest)) {
      return 1;
    }
    double place = ((double) rating - lowest) / ((double) highest - lowest);
    return (float) (LEAST_WEIGHT + (1 - LEAST_WEIGHT) * Math.clamp(place, 0, 1));
  }
}
