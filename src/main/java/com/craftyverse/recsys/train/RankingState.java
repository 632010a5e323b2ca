package com.craftyverse.recsys.train;

import java.util.ArrayList;
import java.util.List;

/// The state of a ranking model's training between two epochs.
///
/// @param vectors current vectors; training changes them in place
/// @param regularization λ
/// @param unobservedWeight α₀
/// @param trials pairs of λ and α₀ that the search tried
/// @param history an entry for each epoch run
record RankingState(
    RankingFactors vectors,
    double regularization,
    double unobservedWeight,
    List<RankingTrial> trials,
    List<RankingEpoch> history) {
  RankingState {
    history = new ArrayList<>(history);
  }
}
