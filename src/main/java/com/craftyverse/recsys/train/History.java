package com.craftyverse.recsys.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The training history in a model's `history.json`.
///
/// @param rating an entry for each epoch of the rating model
/// @param ranking the history of the ranking model; null without one
record History(List<Epoch> rating, @Nullable Ranking ranking) {
  /// @param trials pairs of λ and α₀ tried; empty if the request gave them
  /// @param epochs an entry for each epoch
  record Ranking(List<RankingTrial> trials, List<RankingEpoch> epochs) {}
}
