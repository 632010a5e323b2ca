package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a person wants to know of the data before trusting a model: sizes, what was dropped, whether
/// the sets are sound. Stored as `quality.json`.
///
/// @param dataset the dataset's name
/// @param rows which sets of the split the training set is made of
/// @param ratings rows of all sets
/// @param sets rows and share of each set, by `train`, `test` and `validation`; a set that is
///     part of the training set has none
/// @param trainThreshold the training set's end, in epoch seconds, if the split is by time
/// @param testThreshold the test set's end, if the split is by time
/// @param trainUsers users of the training set
/// @param trainItems items of the training set
/// @param firstUserIds the 15 smallest user ids of the training set
/// @param firstItemIds the 15 smallest item ids of the training set
/// @param minUserId the smallest user id of the training set
/// @param maxUserId the largest user id of the training set
/// @param minItemId the smallest item id of the training set
/// @param maxItemId the largest item id of the training set
/// @param emptyUserRowsAvoided rows that a matrix indexed by raw id would hold for nobody:
///     maxUserId + 1 − trainUsers
/// @param originalElements elements of the matrix over raw ids: (maxUserId + 1) × (maxItemId + 1)
/// @param optimizedElements elements of the matrix over dense indices: trainUsers × trainItems
/// @param savedPercent what the dense indices save, in percent
/// @param density training rows / optimizedElements
/// @param trainMeanRating the mean of the training ratings
/// @param train the training set's rows as they were and as they are
/// @param test the test set's
/// @param validation the validation set's
/// @param checks what was checked, by name; every one holds, or the step had failed
public record QualityReport(
    String dataset,
    Rows rows,
    long ratings,
    Map<String, Share> sets,
    @Nullable Double trainThreshold,
    @Nullable Double testThreshold,
    int trainUsers,
    int trainItems,
    List<Integer> firstUserIds,
    List<Integer> firstItemIds,
    int minUserId,
    int maxUserId,
    int minItemId,
    int maxItemId,
    long emptyUserRowsAvoided,
    long originalElements,
    long optimizedElements,
    double savedPercent,
    double density,
    double trainMeanRating,
    SetReport train,
    SetReport test,
    SetReport validation,
    Map<String, String> checks) {

  /// A set's size.
  ///
  /// @param rows its rows
  /// @param percent of all rows
  public record Share(long rows, double percent) {}

  /// A set before and after mapping.
  ///
  /// @param rows rows before
  /// @param unknownUserRows rows dropped, unless cold ones are kept, because the user is not in training
  /// @param unknownItemRows rows dropped after that because the item is not
  /// @param afterUnknownUsersRemoved rows left after the first filter
  /// @param afterUnknownItemsRemoved rows left after both
  /// @param first5Before the first rows as uploaded
  /// @param first5 the first rows that are left, as dense indices
  public record SetReport(
      long rows,
      long unknownUserRows,
      long unknownItemRows,
      long afterUnknownUsersRemoved,
      long afterUnknownItemsRemoved,
      List<RawRow> first5Before,
      List<MappedRow> first5) {}

  /// A rating as uploaded.
  public record RawRow(int userId, int itemId, float rating, long timestamp) {}

  /// A rating in dense indices.
  public record MappedRow(int user, int item, float rating, long timestamp) {}
}
