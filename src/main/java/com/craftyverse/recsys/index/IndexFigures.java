package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.RatingScale;

/// The sizes of an index.
///
/// @param users users of the training set: of all sets that the model learns from
/// @param items items of the training set
/// @param trainRows rows of the training set
/// @param testRows rows of the test set whose user and item are in training
/// @param validationRows the same of the validation set
/// @param scale the scale of the ratings, from the dataset's manifest
/// @param density trainRows / (users × items)
public record IndexFigures(
    int users,
    int items,
    long trainRows,
    long testRows,
    long validationRows,
    RatingScale scale,
    double density) {}
