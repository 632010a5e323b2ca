package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.StepRequest;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A training request. Only `manifest` is required; [TrainParameters] has the defaults.
///
/// @param manifest the key of the index step's manifest
/// @param model `biased`, or `dot` for factors without mean and biases
/// @param factors number of factors that users and items both learn, 1 to 512
/// @param epochs maximum number of passes over the ratings, 1 to 1,000
/// @param learningRate of the factors in the first epoch, above 0, at most 1
/// @param finalLearningRate of the factors in the last epoch, 0 to 1; the rate changes linearly
/// @param biasLearningRate of the biases in the first epoch, 0 to 1; it decays like that of the factors
/// @param regularization weight of the L2 penalty of all factors, 0 to 10
/// @param userRegularization overrides it for the user factors
/// @param itemRegularization overrides it for the item factors
/// @param biasRegularization weight of the L2 penalty of the biases, 0 to 10
/// @param initialSpread standard deviation of the initial factors, times √k, 0 to 10
/// @param patience epochs without improvement on the validation set before training stops, 1 to 1,000
/// @param seed of the initial factors and the order of the ratings
/// @param ranking whether to train the ranking model as well; `false` skips it
/// @param rankingFactors the length of its vectors, 1 to 512
/// @param rankingEpochs passes over the choices, 1 to 1,000
/// @param rankingRegularization λ of the ranking model, above 0, at most 10
/// @param rankingUnobservedWeight α₀, the weight of pairs without a choice, above 0, at most 10;
///     without it and λ, a search on validation data finds both
/// @param choiceFactors how many item factors of the rating model come from the ranking model, 0 to 64,
///     besides `factors`. Without it, 12 if they lower the validation RMSE, or if the validation set is
///     too small to tell; else 0
/// @param warmStart the manifest of an earlier model, of any version of the dataset, to start from
/// @param pattern the manifest of a scored model. The run takes over all its parameters, runs as many epochs
///     as that model kept, and does not stop early. Of the fields above, only `manifest` may be given
///     with it
/// @param maxSeconds time limit of one call's epochs, above 0. A run that needs longer answers
///     `resumable`, and the same request continues it; does not affect the model
/// @param threads 1 to 64; does not affect the model
/// @param kernel `auto`, `scalar` or `vector`; does not affect the model
@RecordBuilder
public record TrainRequest(
    @Limits(required = true) @Nullable String manifest,
    @Limits(
            oneOf = {TrainParameters.BIASED, TrainParameters.DOT},
            byDefault = "\"" + TrainParameters.BIASED + "\"")
        @Nullable String model,
    @Limits(
            min = 1,
            max = TrainParameters.MAX_FACTORS,
            byDefault = "" + TrainParameters.DEFAULT_FACTORS)
        @Nullable Integer factors,
    @Limits(
            min = 1,
            max = TrainParameters.MAX_EPOCHS,
            byDefault = "" + TrainParameters.DEFAULT_EPOCHS)
        @Nullable Integer epochs,
    @Limits(min = 0, max = 1, bounds = Limits.Bounds.ABOVE_MIN) @Nullable Double learningRate,
    @Limits(min = 0, max = 1) @Nullable Double finalLearningRate,
    @Limits(min = 0, max = 1) @Nullable Double biasLearningRate,
    @Limits(min = 0, max = 10) @Nullable Double regularization,
    @Limits(min = 0, max = 10) @Nullable Double userRegularization,
    @Limits(min = 0, max = 10) @Nullable Double itemRegularization,
    @Limits(min = 0, max = 10) @Nullable Double biasRegularization,
    @Limits(min = 0, max = 10, byDefault = "" + TrainParameters.DEFAULT_SPREAD)
        @Nullable Double initialSpread,
    @Limits(
            min = 1,
            max = TrainParameters.MAX_EPOCHS,
            byDefault = "" + TrainParameters.DEFAULT_PATIENCE)
        @Nullable Integer patience,
    @Limits(byDefault = "" + TrainParameters.DEFAULT_SEED) @Nullable Long seed,
    @Limits(byDefault = "true") @Nullable Boolean ranking,
    @Limits(
            min = 1,
            max = RankingParameters.MAX_FACTORS,
            byDefault = "" + RankingParameters.DEFAULT_FACTORS)
        @Nullable Integer rankingFactors,
    @Limits(
            min = 1,
            max = RankingParameters.MAX_EPOCHS,
            byDefault = "" + RankingParameters.DEFAULT_EPOCHS)
        @Nullable Integer rankingEpochs,
    @Limits(min = 0, max = 10, bounds = Limits.Bounds.ABOVE_MIN)
        @Nullable Double rankingRegularization,
    @Limits(min = 0, max = 10, bounds = Limits.Bounds.ABOVE_MIN)
        @Nullable Double rankingUnobservedWeight,
    @Limits(min = 0, max = TrainParameters.MAX_CHOICE_FACTORS) @Nullable Integer choiceFactors,
    @Nullable String warmStart,
    @Nullable String pattern,
    @Limits(min = 0, max = Execution.MAX_SECONDS, bounds = Limits.Bounds.ABOVE_MIN)
        @Nullable Double maxSeconds,
    @Limits(min = 1, max = Execution.MAX_THREADS) @Nullable Integer threads,
    @Limits(
            oneOf = {"auto", "scalar", "vector"},
            byDefault = "\"auto\"")
        @Nullable String kernel)
    implements StepRequest {

  /// Returns a request with the defaults.
  public static TrainRequest of(String manifest) {
    return TrainRequestBuilder.builder().manifest(manifest).build();
  }

  /// Returns a request for a model with the parameters of a scored model.
  ///
  /// @param pattern the scored model's manifest
  public static TrainRequest refit(String manifest, String pattern) {
    return TrainRequestBuilder.builder().manifest(manifest).pattern(pattern).build();
  }

  /// Returns whether the request has a field, besides `manifest` and `pattern`, that affects the model.
  boolean hasModelParameters() {
    return Stream.of(
            model,
            factors,
            epochs,
            learningRate,
            finalLearningRate,
            biasLearningRate,
            regularization,
            userRegularization,
            itemRegularization,
            biasRegularization,
            initialSpread,
            patience,
            seed,
            ranking,
            rankingFactors,
            rankingEpochs,
            rankingRegularization,
            rankingUnobservedWeight,
            choiceFactors,
            warmStart)
        .anyMatch(Objects::nonNull);
  }
}
