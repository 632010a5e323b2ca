package com.craftyverse.recsys.format;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// A step of the pipeline, with the format version of its files.
///
/// The version increases whenever the step would write something else for the same inputs. A step rejects
/// files of another version and names the step to run again.
public enum StepName {
  /// Reads an upload and writes a dataset.
  INGEST(7),

  /// Divides a dataset into training, test and validation sets.
  SPLIT(3),

  /// Assigns dense ids and lays out the training blocks.
  INDEX(7),

  /// Trains a model. The model's card repeats the version, because serving reads no manifests.
  TRAIN(ModelCard.FORMAT_VERSION),

  /// Scores a model on the test and validation sets.
  EVALUATE(4),

  /// Makes a model the current one of its dataset.
  PUBLISH(1),

  /// Writes the recommendations of many users.
  RECOMMEND_ALL("recommendAll", 1);

  private final String function;
  private final int formatVersion;

  StepName(int formatVersion) {
    this.function = name().toLowerCase(Locale.ROOT);
    this.formatVersion = formatVersion;
  }

  StepName(String function, int formatVersion) {
    this.function = function;
    this.formatVersion = formatVersion;
  }

  /// Returns the format version of the step's files; readers accept no other.
  public int formatVersion() {
    return formatVersion;
  }

  /// Returns the name of the step's function, which also appears in manifests, ids and logs.
  @Override
  @JsonValue
  public String toString() {
    return function;
  }
}
