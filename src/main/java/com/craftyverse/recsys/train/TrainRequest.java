package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Request;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What to train. All but the manifest may be left out; [TrainParameters] has the defaults.
///
/// @param manifest the key of the index step's manifest
/// @param model `biased`, or `dot` for factors without mean and biases
/// @param factors k, the length of the vectors, 1 to 512
/// @param epochs passes over the ratings at most, 1 to 1,000
/// @param learningRate of the factors in the first epoch, above 0, at most 1
/// @param finalLearningRate of the factors in the last epoch, 0 to 1; it gets there in a straight
///     line
/// @param biasLearningRate of the biases in the first epoch, 0 to 1; it falls as that of the factors
/// @param regularization weight of the L2 penalty of all factors, 0 to 10
/// @param userRegularization the same for the users' factors alone
/// @param itemRegularization the same for the items' factors alone
/// @param biasRegularization weight of the L2 penalty of the biases, 0 to 10
/// @param initialSpread standard deviation of the initial factors, times √k, 0 to 10
/// @param patience epochs without improvement on the validation set that end the run, 1 to 1,000
/// @param seed of the initial factors and of the order of the ratings
/// @param ranking whether the ranking model is trained beside the rating model; `false` leaves it out
/// @param rankingFactors the length of its vectors, 1 to 512
/// @param rankingEpochs passes over the choices, 1 to 1,000
/// @param rankingRegularization λ of the ranking model, above 0, at most 10
/// @param rankingUnobservedWeight α₀, the weight of pairs that nobody chose, above 0, at most 10;
///     without it and λ, both are found on validation data
/// @param warmStart the manifest of an earlier model, of any version of the dataset, to start from
/// @param pattern the manifest of a scored model whose parameters this run takes over: all of them, with
///     the epoch that was kept as the number of epochs, and without early stopping. Of the fields
///     above none but `manifest` may be given with it
/// @param maxSeconds what the epochs of one call may take, above 0; a run that needs longer answers
///     `resumable`, and goes on when the request comes again; without influence on the model
/// @param threads 1 to 64; without influence on the model
/// @param kernel `auto`, `scalar` or `vector`; without influence on the model
public record TrainRequest(
    @Nullable String manifest,
    @Nullable String model,
    @Nullable Integer factors,
    @Nullable Integer epochs,
    @Nullable Double learningRate,
    @Nullable Double finalLearningRate,
    @Nullable Double biasLearningRate,
    @Nullable Double regularization,
    @Nullable Double userRegularization,
    @Nullable Double itemRegularization,
    @Nullable Double biasRegularization,
    @Nullable Double initialSpread,
    @Nullable Integer patience,
    @Nullable Long seed,
    @Nullable Boolean ranking,
    @Nullable Integer rankingFactors,
    @Nullable Integer rankingEpochs,
    @Nullable Double rankingRegularization,
    @Nullable Double rankingUnobservedWeight,
    @Nullable String warmStart,
    @Nullable String pattern,
    @Nullable Double maxSeconds,
    @Nullable Integer threads,
    @Nullable String kernel)
    implements Request {

  /// A request with the defaults.
  public static TrainRequest of(String manifest) {
    return new TrainRequest(
        manifest, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null, null);
  }

  /// A request for a model with the parameters of a scored one.
  ///
  /// @param pattern the scored model's manifest
  public static TrainRequest refit(String manifest, String pattern) {
    return new TrainRequest(
        manifest, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, pattern, null, null, null);
  }

  /// Whether a field is given that shapes the model, `manifest` and `pattern` aside.
  boolean shapesTheModel() {
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
            warmStart)
        .anyMatch(Objects::nonNull);
  }
}
