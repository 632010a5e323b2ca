package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.Verdict;
import org.jspecify.annotations.Nullable;

/// A model's figures on held-out data. The validation set helped to select the model; the test set had no
/// influence.
///
/// @param modelId the model's id
/// @param protocol which ratings of a user are known: `withinUsers` or `replay`, see
///     [RankingEvaluation.Protocol]
/// @param rankBy the ranker that `validationNdcg` and `testNdcg` describe
/// @param likedFrom the lowest rating that counts as liked; null for a model of choices, which has none of the
///     figures on ratings
/// @param sampledUsers largest number of users in the ranking evaluation; null for all
/// @param validationRmse RMSE on the validation set; null if it has no rating of a known user and item, or for choices
/// @param testRmse RMSE on the test set; null likewise
/// @param validationNdcg NDCG@10 on the validation set, with every held-out item relevant; null if no user
///     could be evaluated
/// @param testNdcg NDCG@10 on the test set; null likewise
/// @param trainedUntil the time after which the ratings of the test and validation sets were given, in epoch
///     seconds; null if the split is not by time
/// @param verdict whether the model may be published
/// @param publishable whether `publish` takes the model without force: it is accepted, or the first of its
///     dataset and evidence is insufficient
/// @param published the comparison with the published model; null if there is none
/// @param uncertainty how far predicted ratings are off; null without enough ratings to know
/// @param validation all figures of the validation set
/// @param test all figures of the test set
public record EvaluateFigures(
    String modelId,
    String protocol,
    String rankBy,
    @Nullable Double likedFrom,
    @Nullable Integer sampledUsers,
    @Nullable Double validationRmse,
    @Nullable Double testRmse,
    @Nullable Double validationNdcg,
    @Nullable Double testNdcg,
    @Nullable Double trainedUntil,
    Verdict verdict,
    boolean publishable,
    @Nullable PublishedFigures published,
    @Nullable Uncertainty uncertainty,
    SetFigures validation,
    SetFigures test) {}
