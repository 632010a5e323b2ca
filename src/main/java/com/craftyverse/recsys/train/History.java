package com.craftyverse.recsys.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model's `history.json`: how it was trained.
///
/// @param rating an entry for each epoch of the rating model
/// @param ranking that of the ranking model; nothing without one
record History(List<Epoch> rating, @Nullable Ranking ranking) {
  /// @param trials pairs of penalties that were tried; empty when they were given
  /// @param epochs an entry for each epoch
  record Ranking(List<RankingTrial> trials, List<RankingEpoch> epochs) {}
}
