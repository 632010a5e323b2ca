package com.craftyverse.recsys.ingest;

import java.util.List;

/// What a dry run foresees: how the ratings would be divided by time with the default ratios, and what
/// the steps after that need.
///
/// @param trainThreshold the end of the training set in epoch seconds, exactly as `split` computes it
/// @param testThreshold the end of the test set
/// @param trainUsers users with a rating in the training set
/// @param trainItems items with a rating in the training set
/// @param train the training set
/// @param test the test set
/// @param validation the validation set
/// @param problems why a later step would refuse the dataset; usually none
/// @param steps what each step will need, in the order of the pipeline
/// @param basis how the needs are estimated
public record IngestPreview(
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

  /// A set of the split.
  ///
  /// @param rows its ratings
  /// @param warmRows those whose user and item are in the training set, which are what a model is judged
  ///     on
  public record SetSize(long rows, long warmRows) {}

  /// What a step will need, estimated.
  ///
  /// @param step its name; `index` and `train` come once more, for the served model of all rows
  /// @param memoryBytes heap
  /// @param tempBytes space for temporary files, where objects are fetched from S3; in a directory only
  ///     what the step writes is needed
  /// @param seconds time on two cores
  public record Needs(String step, long memoryBytes, long tempBytes, double seconds) {}
}
