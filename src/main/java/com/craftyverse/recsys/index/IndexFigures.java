package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The sizes of an index.
///
/// @param users the number of users in the training set, which consists of all sets that the model learns
///     from
/// @param items the number of items in the training set
/// @param trainRows rows of the training set
/// @param testRows rows of the test set whose user and item are in training, or all rows if cold ones are
///     kept
/// @param validationRows rows of the validation set whose user and item are in training
/// @param feedback whether the rows are ratings or choices, from the dataset's manifest
/// @param scale the rating scale, from the dataset's manifest; null for choices
/// @param density trainRows / (users × items)
public record IndexFigures(
    int users,
    int items,
    long trainRows,
    long testRows,
    long validationRows,
    Feedback feedback,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RatingScale scale,
    double density) {
  /// The manifest of an earlier version has no feedback, and means ratings.
  public IndexFigures {
    feedback = feedback == null ? Feedback.RATINGS : feedback;
  }
}
