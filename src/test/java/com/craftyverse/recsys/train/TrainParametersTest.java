package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainParametersTest {
  @ParameterizedTest
  @CsvSource({
    "biased, 1, 0.05, 0.09",
    "biased, 75000, 0.05, 0.09",
    "biased, 1000000, 0.035, 0.059",
    "biased, 25374121, 0.022, 0.035",
    "dot, 75000, 0.03, 0.05",
    "dot, 25374121, 0.03, 0.05",
  })
  void defaults_dependOnTheSizeOfTheSet(
      String model, long ratings, double learningRate, double regularization) {
    TrainRequest request = new TrainRequest("m", model, null, null, null, null, null, null, null);

    assertThat(TrainParameters.of(request, ratings))
        .isEqualTo(new TrainParameters(model, 50, 20, learningRate, regularization, 42));
  }
}
