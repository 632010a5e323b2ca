package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// What to train. All but the manifest may be left out; [TrainParameters] has the defaults.
///
/// @param manifest the key of the index step's manifest
/// @param model `biased`, or `dot` for factors without mean and biases
/// @param factors k, the length of the vectors, 1 to 512
/// @param epochs passes over the ratings at most, 1 to 1,000
/// @param learningRate of the first epoch, above 0, at most 1
/// @param regularization weight of the L2 penalty, 0 to 10
/// @param seed of the initial factors and of the order of the ratings
/// @param threads 1 to 64; without influence on the model
/// @param kernel `auto`, `scalar` or `vector`; without influence on the model
public record TrainRequest(
    @Nullable String manifest,
    @Nullable String model,
    @Nullable Integer factors,
    @Nullable Integer epochs,
    @Nullable Double learningRate,
    @Nullable Double regularization,
    @Nullable Long seed,
    @Nullable Integer threads,
    @Nullable String kernel)
    implements Request {

  /// A request with the defaults.
  public static TrainRequest of(String manifest) {
    return new TrainRequest(manifest, null, null, null, null, null, null, null, null);
  }
}
