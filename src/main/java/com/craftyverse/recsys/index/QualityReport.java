package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Rows;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A report on the data for a person to read before trusting a model: sizes, dropped rows, whether the sets
/// are sound. Stored as `quality.json`.
///
/// @param dataset the dataset's name
/// @param rows the sets of the split that make up the training set
/// @param ratings rows of all sets
/// @param sets rows and share of each set, by `train`, `test` and `validation`; a set that is part of the
///     training set has 0 rows
/// @param trainThreshold the end of the training set in epoch seconds, if the split is by time
/// @param testThreshold the end of the test set, if the split is by time
/// @param trainUsers users of the training set
/// @param trainItems items of the training set
/// @param firstUserIds the 15 smallest user ids of the training set
/// @param firstItemIds the 15 smallest item ids of the training set
/// @param minUserId the smallest user id of the training set
/// @param maxUserId the largest user id of the training set
/// @param minItemId the smallest item id of the training set
/// @param maxItemId the largest item id of the training set
/// @param emptyUserRowsAvoided rows without a user in a matrix indexed by raw id: maxUserId + 1 − trainUsers;
///     null unless all ids are `int32`
/// @param originalElements elements of the matrix over raw ids: (maxUserId + 1) × (maxItemId + 1); null unless all
///     ids are `int32`
/// @param optimizedElements elements of the matrix over dense indices: trainUsers × trainItems
/// @param savedPercent the elements that dense indices save, in percent; null unless all ids are `int32`
/// @param density training rows / optimizedElements
/// @param trainMeanRating the mean of the training ratings; null for choices
/// @param trainMeanAmount the mean amount of the training choices; null for ratings
/// @param train the training set before and after mapping
/// @param test the test set before and after mapping
/// @param validation the validation set before and after mapping
/// @param checks the checks by name; all of them hold, or the step would have failed
public record QualityReport(
    String dataset,
    Rows rows,
    long ratings,
    Map<String, Share> sets,
    @Nullable Double trainThreshold,
    @Nullable Double testThreshold,
    int trainUsers,
    int trainItems,
    List<Id> firstUserIds,
    List<Id> firstItemIds,
    Id minUserId,
    Id maxUserId,
    Id minItemId,
    Id maxItemId,
    @Nullable Long emptyUserRowsAvoided,
    @Nullable Long originalElements,
    long optimizedElements,
    @Nullable Double savedPercent,
    double density,
    @Nullable Double trainMeanRating,
    @Nullable Double trainMeanAmount,
    SetReport train,
    SetReport test,
    SetReport validation,
    Map<String, String> checks) {

  /// The size of a set.
  ///
  /// @param rows the set's rows
  /// @param percent the share of all rows, in percent
  public record Share(long rows, double percent) {}

  /// A set before and after mapping.
  ///
  /// @param rows rows before mapping
  /// @param unknownUserRows rows whose user is not in training; dropped unless cold rows are kept
  /// @param unknownItemRows further rows whose item is not in training; dropped unless cold rows are kept
  /// @param afterUnknownUsersRemoved rows left after the first filter
  /// @param afterUnknownItemsRemoved rows left after both
  /// @param first5Before the first five rows as uploaded
  /// @param first5 the first five rows that are left, in dense indices
  public record SetReport(
      long rows,
      long unknownUserRows,
      long unknownItemRows,
      long afterUnknownUsersRemoved,
      long afterUnknownItemsRemoved,
      List<RawRow> first5Before,
      List<MappedRow> first5) {}

  /// A rating as uploaded, or a choice.
  ///
  /// @param rating null for a choice
  /// @param amount of a choice; null for a rating
  public record RawRow(
      Id userId, Id itemId, @Nullable Float rating, @Nullable Float amount, long timestamp) {
    static RawRow of(Feedback feedback, Id userId, Id itemId, float value, long timestamp) {
      boolean isRating = feedback == Feedback.RATINGS;
      return new RawRow(
          userId, itemId, isRating ? value : null, isRating ? null : value, timestamp);
    }
  }

  /// A rating in dense indices, or a choice.
  ///
  /// @param rating null for a choice
  /// @param amount of a choice; null for a rating
  public record MappedRow(
      int user, int item, @Nullable Float rating, @Nullable Float amount, long timestamp) {
    static MappedRow of(Feedback feedback, int user, int item, float value, long timestamp) {
      boolean isRating = feedback == Feedback.RATINGS;
      return new MappedRow(user, item, isRating ? value : null, isRating ? null : value, timestamp);
    }
  }
}
