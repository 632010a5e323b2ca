package com.craftyverse.recsys.split;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The thresholds and sizes of a split.
///
/// @param trainThreshold of a temporal split, the end of the training set in epoch seconds: `timestamp <=
///     trainThreshold`
/// @param testThreshold of a temporal split, the end of the test set: `trainThreshold < timestamp <=
///     testThreshold`
/// @param ratings rows of all three sets
/// @param trainRows rows of the training set
/// @param testRows rows of the test set
/// @param validationRows rows of the validation set
public record SplitFigures(
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double trainThreshold,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double testThreshold,
    long ratings,
    long trainRows,
    long testRows,
    long validationRows) {}
