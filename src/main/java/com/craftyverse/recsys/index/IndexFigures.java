package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.RatingScale;

/// The sizes of an index.
///
/// @param users the number of users in the training set, which consists of all sets that the model learns
///     from
/// @param items the number of items in the training set
/// @param trainRows rows of the training set
/// @param testRows rows of the test set whose user and item are in training, or all rows if cold ones are
///     kept
/// @param validationRows rows of the validation set whose user and item are in training
/// @param scale the rating scale, from the dataset's manifest
/// @param density trainRows / (users × items)
public record IndexFigures(
    int users,
    int items,
    long trainRows,
    long testRows,
    long validationRows,
    RatingScale scale,
    double density) {}
