package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.StepRequest;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// A request to evaluate a model. Only the manifest is required.
///
/// @param manifest the key of the train step's manifest
/// @param rankBy the ranker that the result's `ndcg` figures describe: `preference`, the default if the model
///     has a ranking model, or `rating`. All rankers are evaluated in any case
/// @param likedFrom the lowest rating that counts as liked; by default 70 % of the way up the scale, which is
///     4 of 5 stars
/// @param users largest number of users in the ranking evaluation, sampled at random per set; all by default
/// @param seed of the bootstrap and of the sample; 42 by default
/// @param rmseMargin how much higher the RMSE may be than that of the biases or of the published model, as a
///     share of theirs; 0.005 by default
/// @param ndcgMargin how much lower the NDCG@10 may be than that of the recently popular items or of the
///     published model; 0.005 by default
/// @param threads 1 to 64; by default the number of processors. Does not affect the result
@RecordBuilder
public record EvaluateRequest(
    @Limits(required = true) @Nullable String manifest,
    @Limits(oneOf = {EvaluateParameters.PREFERENCE, EvaluateParameters.RATING})
        @Nullable String rankBy,
    @Nullable Double likedFrom,
    @Limits(min = 1) @Nullable Integer users,
    @Limits(byDefault = "" + EvaluateParameters.DEFAULT_SEED) @Nullable Long seed,
    @Limits(min = 0, max = 1, byDefault = "" + EvaluateParameters.DEFAULT_MARGIN)
        @Nullable Double rmseMargin,
    @Limits(min = 0, max = 1, byDefault = "" + EvaluateParameters.DEFAULT_MARGIN)
        @Nullable Double ndcgMargin,
    @Nullable Integer threads)
    implements StepRequest {
  /// Creates a request with the defaults.
  public static EvaluateRequest of(@Nullable String manifest) {
    return EvaluateRequestBuilder.builder().manifest(manifest).build();
  }
}
