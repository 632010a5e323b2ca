package com.craftyverse.recsys.step;

/// The version of what each step writes, which the step itself and its readers go by. It goes up whenever
/// the step would write something else for the same inputs; what an older version wrote is refused then,
/// and to be made again.
///
/// A model's version is [ModelCard#FORMAT_VERSION], which is in the model, too.
public final class FormatVersions {
  /// Of datasets.
  public static final int INGEST = 6;

  /// Of training, validation and test sets.
  public static final int SPLIT = 3;

  /// Of the dense ids and the training blocks.
  public static final int INDEX = 6;

  /// Of evaluations.
  public static final int EVALUATE = 2;

  private FormatVersions() {}
}
