package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A training run, specified in full.
///
/// @param dataset the dataset's name
/// @param modelId the id of the model that the run makes
/// @param parameters everything that shapes the model, besides the index and the warm start
/// @param scale of the ratings; null for choices, which have a ranking model only
/// @param origin where the model comes from
/// @param execution threads, kernel and time limit
/// @param warmStart the earlier model to start from, if any
record TrainingJob(
    String dataset,
    String modelId,
    TrainParameters parameters,
    @Nullable RatingScale scale,
    Origin origin,
    Execution execution,
    @Nullable WarmStart warmStart) {

  /// The provenance of a model, besides its parameters.
  ///
  /// @param rows the sets of the split that it is trained on
  /// @param scoredModel the id of the model whose parameters it takes over; null if it has its own
  /// @param evaluation of that model, if the new model cannot have its own: the bytes of each file by name
  record Origin(Rows rows, @Nullable String scoredModel, Map<String, byte[]> evaluation) {
    boolean isRefit() {
      return scoredModel != null;
    }
  }
}
