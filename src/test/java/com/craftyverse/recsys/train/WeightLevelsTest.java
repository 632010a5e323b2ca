package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightLevelsTest {
  private static WeightLevels levels(float... weights) {
    WeightLevels.Builder builder = new WeightLevels.Builder();
    for (float weight : weights) {
      builder.add(weight);
    }
    return builder.build();
  }

  private static float roundTrip(WeightLevels levels, float weight) {
    return levels.weights()[levels.levelOf(weight) & 0xFF];
  }

  @Test
  void upTo256Weights_areExact() {
    float[] weights = new float[WeightLevels.MAX_LEVELS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) Math.sqrt(weights.length - i);
    }
    WeightLevels levels = levels(weights);
    for (float weight : weights) {
      assertThat(roundTrip(levels, weight)).isEqualTo(weight);
    }
  }

  @Test
  void moreWeights_areRoundedToTheNearestOf256Levels() {
    float[] weights = new float[10_000];
    Random random = new Random(5);
    weights[0] = 0.1f;
    weights[1] = 1;
    for (int i = 2; i < weights.length; i++) {
      weights[i] = 0.1f + 0.9f * random.nextFloat();
    }
    WeightLevels levels = levels(weights);
    for (float weight : weights) {
      assertThat(roundTrip(levels, weight)).isCloseTo(weight, within(0.9f / 255 / 2 + 1e-6f));
    }
    assertThat(roundTrip(levels, 0.1f)).isEqualTo(0.1f);
    assertThat(roundTrip(levels, 1)).isEqualTo(1);
  }

  @Test
  void oneWeight_isItsOwnLevel() {
    assertThat(roundTrip(levels(1, 1, 1), 1)).isEqualTo(1);
  }
}
