package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// The figures of one ranker.
///
/// @param all with every held-out item relevant; null if no user could be evaluated
/// @param liked with only items rated at least `likedFrom` relevant; null if there are none
/// @param listsAt10 statistics of the lists of 10
/// @param listsAt20 statistics of the lists of 20
public record RankerFigures(
    @Nullable Relevance all,
    @Nullable Relevance liked,
    ListFigures listsAt10,
    ListFigures listsAt20) {
  /// Figures for one definition of relevance.
  ///
  /// @param at10 for the first 10 items
  /// @param at20 for the first 20 items
  public record Relevance(CutoffFigures at10, CutoffFigures at20) {}
}
