package com.craftyverse.recsys.split;

/// How a dataset was divided.
///
/// @param trainThreshold the training set's end, in epoch seconds: `timestamp <= trainThreshold`
/// @param testThreshold the test set's end: `trainThreshold < timestamp <= testThreshold`
/// @param ratings rows of all three sets
/// @param trainRows rows of the training set
/// @param testRows rows of the test set
/// @param validationRows rows of the validation set, the rest
public record SplitFigures(
    double trainThreshold,
    double testThreshold,
    long ratings,
    long trainRows,
    long testRows,
    long validationRows) {}
