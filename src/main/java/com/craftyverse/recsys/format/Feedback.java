package com.craftyverse.recsys.format;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// What the rows of a dataset say about its users.
public enum Feedback {
  /// How much users like items: column `rating` holds a rating on the dataset's scale.
  RATINGS,

  /// What users chose, such as purchases, plays or clicks: column `rating` holds the amount, a number above 0. It
  /// is the sum over the pair's rows of 1, of their counts, or of the weights of their events. There is no
  /// rating scale.
  CHOICES;

  /// Returns the name in figures and in `model.json`: `ratings` or `choices`.
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
