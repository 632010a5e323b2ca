package com.craftyverse.recsys.train;

/// A pair of penalties that the search tried, an entry of a model's `history.json`.
///
/// @param regularization λ
/// @param unobservedWeight α₀
/// @param factors k, the length of the vectors
/// @param epochs that the trial was trained for
/// @param choices that it learned from
/// @param users that it was judged by
/// @param ndcg NDCG@10 of what was held out of their choices
/// @param objective after the last epoch
/// @param collapsed whether the vectors are next to zero, which rules the pair out
/// @param seconds it took
public record RankingTrial(
    double regularization,
    double unobservedWeight,
    int factors,
    int epochs,
    int choices,
    int users,
    double ndcg,
    double objective,
    boolean collapsed,
    double seconds) {
  /// ρ = λ·α₀, along which the quality changes most.
  double rho() {
    return regularization * unobservedWeight;
  }

  /// What trials are compared by.
  double worth() {
    return collapsed ? -1 : ndcg;
  }
}
