package com.craftyverse.recsys.format;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// A step of the pipeline, and the format version of the files that it writes.
///
/// The version goes up whenever the step would write something else for the same inputs. A step refuses the files of
/// another version and names the step to run again.
public enum StepName {
  /// Reads an upload and writes a dataset.
  INGEST(6),

  /// Divides a dataset into training, test and validation sets.
  SPLIT(3),

  /// Assigns dense ids and lays out the training blocks.
  INDEX(6),

  /// Trains a model. A model's card carries the version, too, because serving reads no manifests.
  TRAIN(ModelCard.FORMAT_VERSION),

  /// Scores a model on the test and validation sets.
  EVALUATE(2),

  /// Makes a model the current one of its dataset.
  PUBLISH(1);

  private final int formatVersion;

  StepName(int formatVersion) {
    this.formatVersion = formatVersion;
  }

  /// Returns the format version of the files that this version of the step writes and its readers accept.
  public int formatVersion() {
    return formatVersion;
  }

  /// Returns the name as it stands in manifests, ids and logs: that of the step's function.
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
