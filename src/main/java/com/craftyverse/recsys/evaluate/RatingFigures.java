package com.craftyverse.recsys.evaluate;

/// Errors of predicted ratings, in units of the dataset's scale, which predictions are clipped to.
///
/// @param ratings how many were predicted
/// @param users users of the training set that these are of
/// @param rmse root mean squared error of the model
/// @param mae mean absolute error of the model
/// @param baselineRmse of mean + damped item and user biases, see [BiasBaseline]
/// @param globalMeanRmse of the mean of the training ratings
/// @param betterThanBaseline whether the model's RMSE is below that of the biases
public record RatingFigures(
    long ratings,
    int users,
    double rmse,
    double mae,
    double baselineRmse,
    double globalMeanRmse,
    boolean betterThanBaseline) {}
