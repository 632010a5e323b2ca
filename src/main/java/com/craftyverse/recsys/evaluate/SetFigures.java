package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// How good a model is on one of the sets that it was not trained on.
///
/// @param ratings errors on ratings of users and items that the model knows; null where there are none
/// @param replayedRatings errors on every rating of a known item, each predicted from all ratings of its user
///     before it; null where the set is not a window of time
/// @param ranking how well recommendations find what users chose; null where nobody could be judged
/// @param reason why something is missing, where something is
public record SetFigures(
    @Nullable RatingFigures ratings,
    @Nullable RatingFigures replayedRatings,
    @Nullable RankingFigures ranking,
    @Nullable String reason) {}
