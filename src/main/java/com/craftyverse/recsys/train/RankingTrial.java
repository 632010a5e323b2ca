package com.craftyverse.recsys.train;

/// A pair of λ and α₀ that the search tried, as an entry of `history.json`.
///
/// @param regularization λ
/// @param unobservedWeight α₀
/// @param factors k, the length of the vectors
/// @param epochs number of epochs trained
/// @param choices number of training choices
/// @param users number of users in the NDCG
/// @param ndcg NDCG@10 on the held-out choices
/// @param objective after the last epoch
/// @param collapsed whether the vectors are almost zero, which rules the pair out
/// @param seconds duration
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
  /// Returns ρ = λ·α₀, the direction in which quality changes most.
  double rho() {
    return regularization * unobservedWeight;
  }

  /// Returns the score by which trials are compared.
  double score() {
    return collapsed ? -1 : ndcg;
  }
}
