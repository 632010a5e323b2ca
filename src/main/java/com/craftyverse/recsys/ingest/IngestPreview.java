package com.craftyverse.recsys.ingest;

import java.util.List;

/// The forecast of a dry run: how the default ratios would divide the ratings by time, and what the later
/// steps will need.
///
/// @param users users of the upload
/// @param items items that they rated
/// @param trainThreshold the end of the training set in epoch seconds, exactly as `split` computes it
/// @param testThreshold the end of the test set
/// @param trainUsers users with at least one rating in the training set
/// @param trainItems items with at least one rating in the training set
/// @param train the training set
/// @param test the test set
/// @param validation the validation set
/// @param problems reasons why a later step would refuse the dataset; usually none
/// @param steps what each step will need, in the order of the pipeline
/// @param basis how the needs were estimated
public record IngestPreview(
    int users,
    int items,
    double trainThreshold,
    double testThreshold,
    int trainUsers,
    int trainItems,
    SetSize train,
    SetSize test,
    SetSize validation,
    List<String> problems,
    List<Needs> steps,
    String basis) {

  /// One set of the split.
  ///
  /// @param rows the number of ratings
  /// @param warmRows ratings whose user and item are in the training set; only these can evaluate a model
  public record SetSize(long rows, long warmRows) {}

  /// The estimated needs of a step.
  ///
  /// @param step the step's name; `index` and `train` occur twice, the second time for the served model of
  ///     all rows
  /// @param memoryBytes heap, in bytes
  /// @param tempBytes space for temporary files if objects are fetched from S3; in a local store the step
  ///     needs space only for what it writes
  /// @param seconds running time on two cores
  public record Needs(String step, long memoryBytes, long tempBytes, double seconds) {}
}
