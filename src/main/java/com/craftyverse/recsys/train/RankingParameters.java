package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.RequestException;
import org.jspecify.annotations.Nullable;

/// The hyperparameters of the ranking model.
///
/// @param factors k, the length of the vectors
/// @param epochs passes over the choices
/// @param regularization λ, the weight of the L2 penalty; null to search for it on validation data
/// @param unobservedWeight α₀, the weight of pairs without a choice; null to search for it
public record RankingParameters(
    int factors, int epochs, @Nullable Double regularization, @Nullable Double unobservedWeight) {
  /// Conjugate gradient steps per row and epoch.
  static final int STEPS = 1;

  static final int MAX_FACTORS = 512;

  static final int DEFAULT_FACTORS = 128;
  static final int DEFAULT_EPOCHS = 10;
  static final int MAX_EPOCHS = 1000;

  /// Returns the parameters of a request; null if it skips the ranking model.
  ///
  /// @throws RequestException naming the field that is out of range
  static @Nullable RankingParameters of(TrainRequest request) {
    if (Boolean.FALSE.equals(request.ranking())) {
      requireAbsent("rankingFactors", request.rankingFactors());
      requireAbsent("rankingEpochs", request.rankingEpochs());
      requireAbsent("rankingRegularization", request.rankingRegularization());
      requireAbsent("rankingUnobservedWeight", request.rankingUnobservedWeight());
      return null;
    }
    if ((request.rankingRegularization() == null) != (request.rankingUnobservedWeight() == null)) {
      throw RequestException.invalid(
          "fields 'rankingRegularization' and 'rankingUnobservedWeight': give both, or neither to"
              + " search for them");
    }
    return new RankingParameters(
        TrainParameters.intOrDefault(
            "rankingFactors", request.rankingFactors(), DEFAULT_FACTORS, MAX_FACTORS),
        TrainParameters.intOrDefault(
            "rankingEpochs", request.rankingEpochs(), DEFAULT_EPOCHS, MAX_EPOCHS),
        positive("rankingRegularization", request.rankingRegularization()),
        positive("rankingUnobservedWeight", request.rankingUnobservedWeight()));
  }

  private static void requireAbsent(String field, @Nullable Object value) {
    if (value != null) {
      throw RequestException.invalid(
          "field '" + field + "': not allowed with 'ranking': false; remove one of the two");
    }
  }

  private static @Nullable Double positive(String field, @Nullable Double value) {
    return value == null ? null : TrainParameters.doubleOrDefault(field, value, value, false, 10);
  }

  /// Returns the parameters of an earlier run with the λ and α₀ it found, so that no search is needed.
  ///
  /// @param figures of that run; null if it skipped the ranking model
  static @Nullable RankingParameters fromFigures(@Nullable RankingFigures figures) {
    return figures == null
        ? null
        : new RankingParameters(
            figures.factors(),
            figures.epochs(),
            figures.regularization(),
            figures.unobservedWeight());
  }
}
