package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is read of the split's manifest.
record SplitSizes(
    @Nullable Double trainThreshold,
    @Nullable Double testThreshold,
    long ratings,
    long trainRows,
    long testRows,
    long validationRows) {

  /// A set of the split.
  ///
  /// @param name of its file
  /// @param rows how many it has
  /// @param after every timestamp is later than this
  /// @param until and no later than this
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

  /// The sets that a model learns from.
  List<SplitSet> learned(Rows rows) {
    return switch (rows) {
      case TRAIN -> List.of(train());
      case TRAIN_AND_VALIDATION -> List.of(train(), validation());
      case ALL -> List.of(train(), test(), validation());
    };
  }

  /// Whether the split is by time.
  boolean isByTime() {
    return trainThreshold != null;
  }
}
