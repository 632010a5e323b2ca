package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// Errors of predicted ratings, in units of the dataset's scale. Predictions are clipped to the scale.
///
/// @param ratings number of predicted ratings
/// @param users number of their users; those of [SetFigures#ratings] are in the training set
/// @param rmse root mean squared error of the model
/// @param mae mean absolute error of the model
/// @param baselineRmse RMSE of mean + damped item and user biases, see [BiasBaseline]
/// @param globalMeanRmse RMSE of the mean of the training ratings
/// @param itemMeanRmse RMSE of the mean of the item's training ratings
/// @param betterThanBaseline whether the model's RMSE is below that of the biases
/// @param detail where the model errs; null for a set whose ratings are replayed, because the figures of the
///     replay have it
public record RatingFigures(
    long ratings,
    int users,
    double rmse,
    double mae,
    double baselineRmse,
    double globalMeanRmse,
    double itemMeanRmse,
    boolean betterThanBaseline,
    @Nullable RatingDetail detail) {}
