package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// A model's figures on one of the held-out sets.
///
/// @param coverage how much of the set the model knows; null if it was trained on the set
/// @param ratings errors on ratings of known users and items; null if there are none
/// @param replayedRatings errors on every rating of a known item, each predicted from all earlier ratings of
///     its user; null if the set is not a window of time
/// @param ranking how well recommendations find what users chose; null if no user could be evaluated
/// @param reason why figures are missing, if any are
public record SetFigures(
    @Nullable Coverage coverage,
    @Nullable RatingFigures ratings,
    @Nullable RatingFigures replayedRatings,
    @Nullable RankingFigures ranking,
    @Nullable String reason) {}
