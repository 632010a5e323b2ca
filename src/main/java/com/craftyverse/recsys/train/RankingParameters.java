package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.RequestException;
import org.jspecify.annotations.Nullable;

/// All that shapes the ranking model besides the choices.
///
/// @param factors k, the length of the vectors
/// @param epochs passes over the choices
/// @param regularization λ, the weight of the L2 penalty; found on validation data where it is null
/// @param unobservedWeight α₀, the weight of pairs that nobody chose; found where it is null
public record RankingParameters(
    int factors, int epochs, @Nullable Double regularization, @Nullable Double unobservedWeight) {
  /// Steps of conjugate gradients a row and epoch.
  static final int STEPS = 1;

  static final int MOST_FACTORS = 512;

  private static final int DEFAULT_FACTORS = 128;
  private static final int DEFAULT_EPOCHS = 10;
  private static final int MOST_EPOCHS = 1000;

  /// The parameters that a request asks for; nothing when it wants no ranking model.
  ///
  /// @throws RequestException naming the field that is out of its range
  static @Nullable RankingParameters of(TrainRequest request) {
    if (Boolean.FALSE.equals(request.ranking())) {
      refuse("rankingFactors", request.rankingFactors());
      refuse("rankingEpochs", request.rankingEpochs());
      refuse("rankingRegularization", request.rankingRegularization());
      refuse("rankingUnobservedWeight", request.rankingUnobservedWeight());
      return null;
    }
    if ((request.rankingRegularization() == null) != (request.rankingUnobservedWeight() == null)) {
      throw RequestException.invalid(
          "fields 'rankingRegularization' and 'rankingUnobservedWeight': give both, or neither to"
              + " have them found");
    }
    return new RankingParameters(
        TrainParameters.whole(
            "rankingFactors", request.rankingFactors(), DEFAULT_FACTORS, MOST_FACTORS),
        TrainParameters.whole(
            "rankingEpochs", request.rankingEpochs(), DEFAULT_EPOCHS, MOST_EPOCHS),
        positive("rankingRegularization", request.rankingRegularization()),
        positive("rankingUnobservedWeight", request.rankingUnobservedWeight()));
  }

  private static void refuse(String field, @Nullable Object value) {
    if (value != null) {
      throw RequestException.invalid(
          "field '" + field + "': the request leaves the ranking model out ('ranking' is false)");
    }
  }

  private static @Nullable Double positive(String field, @Nullable Double value) {
    return value == null ? null : TrainParameters.real(field, value, value, false, 10);
  }

  /// What an earlier run was trained with: its penalties and epochs, so that nothing is searched.
  ///
  /// @param figures of that run, nothing when it left the ranking model out
  static @Nullable RankingParameters foundBy(@Nullable RankingFigures figures) {
    return figures == null
        ? null
        : new RankingParameters(
            figures.factors(),
            figures.epochs(),
            figures.regularization(),
            figures.unobservedWeight());
  }
}
