package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.RequestException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// The shares of the sets.
///
/// @param trainRatio the share of the ratings, from the earliest on, that is the training set
/// @param testRatio the share after it that is the test set
record SplitParameters(double trainRatio, double testRatio) {
  private static final double DEFAULT_TRAIN = 0.75;
  private static final double DEFAULT_TEST = 0.15;

  SplitParameters {
    requireShare("trainRatio", trainRatio);
    requireShare("testRatio", testRatio);
    if (!(sum(trainRatio, testRatio) < 1)) {
      throw RequestException.invalid(
          "fields 'trainRatio' and 'testRatio': "
              + trainRatio
              + " and "
              + testRatio
              + " leave nothing for validation; their sum must be below 1");
    }
  }

  static SplitParameters of(@Nullable Double trainRatio, @Nullable Double testRatio) {
    return new SplitParameters(
        trainRatio == null ? DEFAULT_TRAIN : trainRatio,
        testRatio == null ? DEFAULT_TEST : testRatio);
  }

  /// Where the test set ends, as a quantile: 0.75 and 0.15 give just 0.9.
  double testQuantile() {
    return sum(trainRatio, testRatio);
  }

  /// The sum of what a person wrote in decimals, rounded once.
  private static double sum(double a, double b) {
    return BigDecimal.valueOf(a).add(BigDecimal.valueOf(b)).doubleValue();
  }

  private static void requireShare(String field, double value) {
    if (!(value > 0 && value < 1)) {
      throw RequestException.invalid(
          "field '" + field + "': expected a number between 0 and 1, found " + value);
    }
  }
}
