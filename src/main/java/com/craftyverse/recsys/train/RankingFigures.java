package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// What the training of a ranking model came to.
///
/// @param factors k, the length of the vectors
/// @param epochs epochs that were run
/// @param regularization λ
/// @param unobservedWeight α₀, the weight of pairs that nobody chose
/// @param trials pairs of these that were tried; 0 when they were given
/// @param searchSeconds what the trials took
/// @param objective after the last epoch
/// @param ndcg NDCG@10 of the last epoch, on validation users; nothing without any
/// @param validationUsers users that it is the mean of
/// @param choicesPerSecond choices learned from in a second, for both sides, validation left out
/// @param seconds for all epochs
public record RankingFigures(
    int factors,
    int epochs,
    double regularization,
    double unobservedWeight,
    int trials,
    double searchSeconds,
    double objective,
    @Nullable Double ndcg,
    int validationUsers,
    double choicesPerSecond,
    double seconds) {}
