package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.annotation.JsonValue;

/// Which sets of a split a model learns from.
public enum Rows {
  /// The training set; the other two judge the model.
  TRAIN("train"),

  /// The training and the validation set: for a test figure of a model whose parameters validation
  /// has chosen.
  TRAIN_AND_VALIDATION("trainAndValidation"),

  /// All three sets: for the model that is served. None is left to judge it by.
  ALL("all");

  private final String text;

  Rows(String text) {
    this.text = text;
  }

  /// Parses the name of a set of rows.
  ///
  /// @throws IllegalArgumentException when `text` is not such a name
  public static Rows of(String text) {
    for (Rows rows : values()) {
      if (rows.text.equals(text)) {
        return rows;
      }
    }
    throw new IllegalArgumentException(
        "expected train, trainAndValidation or all, found " + ObjectKeys.quote(text));
  }

  /// As it is written in requests, manifests and `model.json`.
  @Override
  @JsonValue
  public String toString() {
    return text;
  }
}
