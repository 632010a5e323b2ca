package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The data that a model was trained on.
///
/// @param index the key of the index's manifest
/// @param split the key of the split's manifest
/// @param protocol the protocol for this kind of split
/// @param feedback whether the data are ratings or choices
/// @param trainThreshold the end of the training set in epoch seconds; null if the split is not by time
record EvaluationSources(
    String index,
    String split,
    RankingEvaluation.Protocol protocol,
    Feedback feedback,
    @Nullable Double trainThreshold) {
  private static final String TEMPORAL = "temporal";

  /// The figures of the split step.
  private record Sizes(
      @Nullable Double trainThreshold,
      @Nullable Double testThreshold,
      long ratings,
      long trainRows,
      long testRows,
      long validationRows) {}

  static EvaluationSources of(ObjectStore store, Manifest model) throws IOException {
    String index = Request.requireKey("sources.index", model.source(StepName.INDEX));
    Manifest indexed = Manifest.read(store, index, StepName.INDEX);
    String split = Request.requireKey("sources.split", indexed.source(StepName.SPLIT));
    Manifest divided = Manifest.read(store, split, StepName.SPLIT);
    Sizes sizes = divided.figures(Sizes.class);
    return new EvaluationSources(
        index,
        split,
        TEMPORAL.equals(divided.parameters().get("kind"))
            ? RankingEvaluation.Protocol.REPLAY
            : RankingEvaluation.Protocol.WITHIN_USERS,
        indexed.feedback(),
        sizes.trainThreshold);
  }
}
