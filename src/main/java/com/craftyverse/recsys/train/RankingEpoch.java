package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// An epoch of the ranking model, as an entry of `history.json`.
///
/// @param epoch its number, from 1
/// @param objective after the epoch, see [RankingSolver]
/// @param ndcg NDCG@10 on a fixed sample of validation users; null without any
/// @param seconds duration, validation included
/// @param choicesPerSecond choices learned from per second, for both sides, validation excluded
/// @param secondsLeft estimated duration of the remaining epochs
public record RankingEpoch(
    int epoch,
    double objective,
    @Nullable Double ndcg,
    double seconds,
    double choicesPerSecond,
    double secondsLeft) {}
