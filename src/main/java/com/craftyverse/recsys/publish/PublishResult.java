package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.format.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The current model after a publish request. It is the requested model, unless the gate refused that one, or
/// it is an earlier one that may not become current again.
///
/// @param manifest the key of the dataset's `current.json`
/// @param cached whether nothing had to be done
/// @param dataset the dataset
/// @param published whether the requested model is the current one
/// @param model the id of the current model; null if the gate refused the first model of the dataset
/// @param scoredModel the id of the model whose evaluation stands in for it; null if it was scored itself
/// @param publishedAt when the current model was published, in UTC; null without one
/// @param verdict the gate's verdict on the requested model; null if it was published before
public record PublishResult(
    String manifest,
    boolean cached,
    String dataset,
    boolean published,
    @Nullable String model,
    @Nullable String scoredModel,
    @Nullable String publishedAt,
    @Nullable Summary verdict) {
  /// A verdict without its checks, which the evaluation has.
  ///
  /// @param decision the decision
  /// @param reasons why
  /// @param forced whether the model was published nevertheless
  public record Summary(Verdict.Decision decision, List<String> reasons, boolean forced) {
    /// Copies the reasons.
    public Summary {
      reasons = List.copyOf(reasons);
    }
  }
}
