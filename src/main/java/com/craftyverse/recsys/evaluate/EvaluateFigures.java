package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// How good a model is on data that it was not trained on. The validation set helped to choose the model;
/// the test set decided nothing.
///
/// @param modelId the model's id
/// @param protocol how users of the sets are known when they are recommended something: `withinUsers` or
///     `replay`, see [RankingEvaluation.Protocol]
/// @param rankBy the order that `validationNdcg` and `testNdcg` are of
/// @param likedFrom the lowest rating that counts as liked
/// @param sampledUsers how many users rankings are judged by at most; null for all
/// @param validationRmse RMSE on the validation set; null where it has no rating of a known user and item
/// @param testRmse the same on the test set
/// @param validationNdcg NDCG@10 on the validation set, every held-out item being relevant; null where nobody
///     could be judged
/// @param testNdcg the same on the test set
/// @param validation all figures of the validation set
/// @param test all figures of the test set
public record EvaluateFigures(
    String modelId,
    String protocol,
    String rankBy,
    double likedFrom,
    @Nullable Integer sampledUsers,
    @Nullable Double validationRmse,
    @Nullable Double testRmse,
    @Nullable Double validationNdcg,
    @Nullable Double testNdcg,
    SetFigures validation,
    SetFigures test) {}
