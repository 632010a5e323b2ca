package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// Asks for a model to be evaluated. All but the manifest may be left out.
///
/// @param manifest the key of the train step's manifest
/// @param rankBy the order that the answer's `ndcg` figures are of: `preference`, which is the default where the
///     model has a ranking model, or `rating`; all orders are evaluated in any case
/// @param likedFrom the lowest rating that counts as liked; by default 70 % of the way up the scale, which is
///     4 of 5 stars
/// @param users how many users to judge rankings by at most, drawn at random for each set; all if not given
/// @param seed of the bootstrap and of that draw; 42 if not given
/// @param threads 1 to 64; the number of processors if not given; without influence on the result
@RecordBuilder
public record EvaluateRequest(
    @Nullable String manifest,
    @Nullable String rankBy,
    @Nullable Double likedFrom,
    @Nullable Integer users,
    @Nullable Long seed,
    @Nullable Integer threads)
    implements Request {
  /// Returns a request with the defaults.
  public static EvaluateRequest of(String manifest) {
    return EvaluateRequestBuilder.builder().manifest(manifest).build();
  }
}
