package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// The figures of the training of a ranking model.
///
/// @param factors k, the length of the vectors
/// @param epochs number of epochs run
/// @param regularization λ
/// @param unobservedWeight α₀, the weight of pairs without a choice
/// @param trials number of λ and α₀ pairs tried; 0 if the request gave them
/// @param searchSeconds duration of the trials
/// @param objective after the last epoch
/// @param ndcg NDCG@10 of the last epoch on validation users; null without any
/// @param validationUsers number of users in that mean
/// @param choicesPerSecond choices learned from per second, for both sides, validation excluded
/// @param seconds duration of all epochs
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
