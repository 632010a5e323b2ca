package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainParametersTest {
  private static final RankingParameters RANKING = new RankingParameters(128, 10, null, null);

  @ParameterizedTest
  @CsvSource({
    "biased, 1, 0.05, 0.09",
    "biased, 75000, 0.05, 0.09",
    "biased, 1000000, 0.035, 0.059",
    "biased, 25374121, 0.022, 0.035",
  })
  void defaults_dependOnTheSizeOfTheSet(
      String model, long ratings, double learningRate, double regularization) {
    assertThat(TrainParameters.of(TrainRequest.of("m"), ratings))
        .isEqualTo(
            new TrainParameters(
                model,
                50,
                20,
                learningRate,
                learningRate / 20,
                0.5 * learningRate,
                regularization,
                regularization,
                0.3 * regularization,
                0.25,
                5,
                42,
                RANKING,
                null));
  }

  @ParameterizedTest
  @ValueSource(longs = {75_000, 25_374_121})
  void defaultsOfDot_doNotDependOnIt(long ratings) throws IOException {
    assertThat(TrainParameters.of(TrainRequests.with("m", "'model': 'dot'"), ratings))
        .isEqualTo(
            new TrainParameters(
                "dot", 50, 20, 0.03, 0.03 / 20, 0, 0.05, 0.05, 0, 0.25, 5, 42, RANKING, 0));
  }

  @Test
  void everyParameter_canBeGiven() throws IOException {
    String fields =
        "'model': 'biased', 'factors': 1, 'epochs': 2, 'learningRate': 0.3, 'finalLearningRate':"
            + " 0.4, 'biasLearningRate': 0.5, 'userRegularization': 0.6, 'itemRegularization': 0.7,"
            + " 'biasRegularization': 0.8, 'initialSpread': 0.9, 'patience': 10, 'seed': 11,"
            + " 'rankingFactors': 12, 'rankingEpochs': 13, 'rankingRegularization': 0.14,"
            + " 'rankingUnobservedWeight': 0.15, 'choiceFactors': 7";

    assertThat(TrainParameters.of(TrainRequests.with("m", fields), 1))
        .isEqualTo(
            new TrainParameters(
                "biased",
                1,
                2,
                0.3,
                0.4,
                0.5,
                0.6,
                0.7,
                0.8,
                0.9,
                10,
                11,
                new RankingParameters(12, 13, 0.14, 0.15),
                7));
  }

  @Test
  void regularization_appliesToUsersAndItems_unlessOverridden() throws IOException {
    TrainParameters parameters =
        TrainParameters.of(
            TrainRequests.with("m", "'regularization': 0.2, 'itemRegularization': 0.1"), 1);

    assertThat(parameters.userRegularization()).isEqualTo(0.2);
    assertThat(parameters.itemRegularization()).isEqualTo(0.1);
    assertThat(parameters.biasRegularization()).isEqualTo(0.3 * 0.2);
  }

  @Test
  void learningRate_fallsLinearly() throws IOException {
    TrainParameters parameters =
        TrainParameters.of(
            TrainRequests.with("m", "'epochs': 3, 'learningRate': 0.5, 'finalLearningRate': 0.25"),
            1);

    assertThat(parameters.learningRate(1)).isEqualTo(0.5);
    assertThat(parameters.learningRate(2)).isEqualTo(0.375);
    assertThat(parameters.learningRate(3)).isEqualTo(0.25);
  }

  @Test
  void dot_hasNoBiasesToSet() {
    assertThatThrownBy(
            () ->
                TrainParameters.of(
                    TrainRequests.with("m", "'model': 'dot', 'biasLearningRate': 0.1"), 1))
        .hasMessage("field 'biasLearningRate': a dot model has no biases; leave this field out");
  }
}
