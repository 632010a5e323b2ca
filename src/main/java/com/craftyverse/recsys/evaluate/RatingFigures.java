package com.craftyverse.recsys.evaluate;

/// Errors of predicted ratings, in units of the dataset's scale. Predictions are clipped to the scale.
///
/// @param ratings number of predicted ratings
/// @param users number of their users who are in the training set
/// @param rmse root mean squared error of the model
/// @param mae mean absolute error of the model
/// @param baselineRmse RMSE of mean + damped item and user biases, see [BiasBaseline]
/// @param globalMeanRmse RMSE of the mean of the training ratings
/// @param betterThanBaseline whether the model's RMSE is below that of the biases
public record RatingFigures(
    long ratings,
    int users,
    double rmse,
    double mae,
    double baselineRmse,
    double globalMeanRmse,
    boolean betterThanBaseline) {}
