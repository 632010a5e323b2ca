package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.annotation.JsonValue;

/// The sets of a split that a model is trained on.
public enum Rows {
  /// The training set. Validation and test sets remain to evaluate the model.
  TRAIN("train"),

  /// The training and validation sets: for a test score after validation has selected the parameters.
  TRAIN_AND_VALIDATION("trainAndValidation"),

  /// All three sets: for the published model. None is left to evaluate it.
  ALL("all");

  private final String text;

  Rows(String text) {
    this.text = text;
  }

  /// Parses the name of a set of rows.
  ///
  /// @throws IllegalArgumentException if there is no such name
  public static Rows of(String text) {
    for (Rows rows : values()) {
      if (rows.text.equals(text)) {
        return rows;
      }
    }
    throw new IllegalArgumentException(
        "expected train, trainAndValidation or all, found " + ObjectKeys.quote(text));
  }

  /// Returns the name in requests, manifests and `model.json`.
  @Override
  @JsonValue
  public String toString() {
    return text;
  }
}
