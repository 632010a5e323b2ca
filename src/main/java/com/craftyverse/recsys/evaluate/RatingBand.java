package com.craftyverse.recsys.evaluate;

/// Errors of predicted ratings in one band of users, items or time.
///
/// @param band the band, see [Bands] and [Periods]
/// @param ratings number of predicted ratings
/// @param rmse root mean squared error of the model
/// @param baselineRmse RMSE of the regularized biases
public record RatingBand(String band, long ratings, double rmse, double baselineRmse) {}
