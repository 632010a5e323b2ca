package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures of a split's manifest that the index needs.
record SplitSizes(
    @Nullable Double trainThreshold,
    @Nullable Double testThreshold,
    long ratings,
    long trainRows,
    long testRows,
    long validationRows) {

  /// A set of the split.
  ///
  /// @param name the name of the set's file
  /// @param rows the number of rows
  /// @param after the exclusive lower bound of the timestamps
  /// @param until the inclusive upper bound of the timestamps
  record SplitSet(String name, long rows, double after, double until) {}

  SplitSet train() {
    return new SplitSet(
        StoreLayout.TRAIN,
        trainRows,
        Double.NEGATIVE_INFINITY,
        trainThreshold == null ? Double.POSITIVE_INFINITY : trainThreshold);
  }

  SplitSet test() {
    return new SplitSet(
        StoreLayout.TEST,
        testRows,
        trainThreshold == null ? Double.NEGATIVE_INFINITY : trainThreshold,
        testThreshold == null ? Double.POSITIVE_INFINITY : testThreshold);
  }

  SplitSet validation() {
    return new SplitSet(
        StoreLayout.VALIDATION,
        validationRows,
        testThreshold == null ? Double.NEGATIVE_INFINITY : testThreshold,
        Double.POSITIVE_INFINITY);
  }

  /// Returns the sets that a model learns from.
  List<SplitSet> trainingSets(Rows rows) {
    return switch (rows) {
      case TRAIN -> List.of(train());
      case TRAIN_AND_VALIDATION -> List.of(train(), validation());
      case ALL -> List.of(train(), test(), validation());
    };
  }

  /// Returns whether the split is by time.
  boolean isByTime() {
    return trainThreshold != null;
  }
}
