package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// The figures of one order of the catalogue.
///
/// @param all where every held-out item is relevant; null where nobody could be judged
/// @param liked where only items rated at least `likedFrom` are; null where nobody liked anything
/// @param listsAt10 what the lists of 10 consist of
/// @param listsAt20 what the lists of 20 consist of
public record RankerFigures(
    @Nullable Relevance all,
    @Nullable Relevance liked,
    ListFigures listsAt10,
    ListFigures listsAt20) {
  /// Figures for one notion of relevance.
  ///
  /// @param at10 of the first 10 items
  /// @param at20 of the first 20 items
  public record Relevance(CutoffFigures at10, CutoffFigures at20) {}
}
