package com.craftyverse.recsys.train;

import java.util.ArrayList;
import java.util.List;

/// The training of a ranking model between two epochs.
///
/// @param vectors as they are now; training changes them in place
/// @param regularization λ
/// @param unobservedWeight α₀
/// @param trials pairs of these that were tried
/// @param history an entry for each epoch that was run
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
