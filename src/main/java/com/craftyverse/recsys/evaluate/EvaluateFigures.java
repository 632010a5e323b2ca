package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// A model's errors on the test set. Predictions are clipped to the scale of the training ratings.
///
/// @param modelId the model's id
/// @param testRatings ratings of users and items that the model knows, or all if the index keeps the others
/// @param testUsers users of the training set that these are of
/// @param testRmse root mean squared error of the model
/// @param testMae mean absolute error of the model
/// @param baselineRmse of mean + damped item and user biases, see [BiasBaseline]
/// @param globalMeanRmse of the mean of the training ratings
/// @param betterThanBaseline whether the model's RMSE is below that of the biases
/// @param reason why there are no errors, where there are none
public record EvaluateFigures(
    String modelId,
    long testRatings,
    int testUsers,
    @Nullable Double testRmse,
    @Nullable Double testMae,
    @Nullable Double baselineRmse,
    @Nullable Double globalMeanRmse,
    @Nullable Boolean betterThanBaseline,
    @Nullable String reason) {}
