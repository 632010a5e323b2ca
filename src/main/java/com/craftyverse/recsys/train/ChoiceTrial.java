package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// The decision whether the rating model has item factors from the ranking model.
///
/// @param factors their number in the model
/// @param rmseWith the lowest validation RMSE of a trial with them; null without a trial
/// @param rmseWithout the same without them; null without a trial
/// @param ratings number of training ratings in each trial; 0 without one
public record ChoiceTrial(
    int factors, @Nullable Double rmseWith, @Nullable Double rmseWithout, long ratings) {
  /// Returns the decision of a request or a scored model.
  static ChoiceTrial given(int factors) {
    return new ChoiceTrial(factors, null, null, 0);
  }
}
