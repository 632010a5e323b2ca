package com.craftyverse.recsys.evaluate;

/// Predicted and true ratings where predictions lie in one tenth of the scale. A calibrated model has equal
/// means.
///
/// @param from lower end of the bin; a prediction at the upper end belongs to the next bin
/// @param to upper end of the bin
/// @param ratings number of predictions in the bin
/// @param predicted their mean
/// @param actual the mean of the true ratings
public record CalibrationBin(
    double from, double to, long ratings, double predicted, double actual) {}
