package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// An epoch of the ranking model, an entry of a model's `history.json`.
///
/// @param epoch its number, from 1
/// @param objective after the epoch, see [RankingSolver]
/// @param ndcg NDCG@10 on a fixed sample of validation users; nothing without any
/// @param seconds it took, validation included
/// @param choicesPerSecond choices learned from in a second, for both sides, validation left out
/// @param secondsLeft what the epochs after it were expected to take
public record RankingEpoch(
    int epoch,
    double objective,
    @Nullable Double ndcg,
    double seconds,
    double choicesPerSecond,
    double secondsLeft) {}
