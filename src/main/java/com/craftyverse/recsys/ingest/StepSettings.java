package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/// What an upload's `settings.json` says about the later steps. Whoever runs the pipeline passes each part to its step
/// as the field `settings`.
///
/// @param split fields of `split`'s request; none by default
/// @param index fields of `index`'s request
/// @param train fields of `train`'s request
/// @param evaluate fields of `evaluate`'s request
public record StepSettings(
    ObjectNode split, ObjectNode index, ObjectNode train, ObjectNode evaluate) {
  /// The fields of `train` that a model must share with the one that it starts from.
  private static final Set<String> SHARED =
      Set.of("model", "factors", "rankingFactors", "warmStart");

  /// Returns these settings for a dataset whose test set is another one.
  ///
  /// @param test the manifest of the test set
  StepSettings withGivenSplit(String test) {
    return new StepSettings(
        split.deepCopy().put("kind", "given").put("test", test), index, train, evaluate);
  }

  /// Returns these settings for a model that starts from an earlier one, unless they say themselves what it starts
  /// from, or how large its vectors are.
  ///
  /// @param model the manifest of the earlier model
  StepSettings withWarmStart(String model) {
    return SHARED.stream().anyMatch(train::has)
        ? this
        : new StepSettings(split, index, train.deepCopy().put("warmStart", model), evaluate);
  }
}
