package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.sample.Ratings.Moments;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMixTest {
  @Test
  void nextLong_isTheSequenceOfTheJdksSplittableRandom() {
    SplitMix random = new SplitMix(1_234_567);
    SplittableRandom jdk = new SplittableRandom(1_234_567);
    for (int i = 0; i < 1_000; i++) {
      assertThat(random.nextLong()).isEqualTo(jdk.nextLong());
    }
  }

  @Test
  void nextGaussian_hasMeanZeroAndVarianceOne() {
    SplitMix random = SplitMix.stream(1, 2, 3);
    double[] values = new double[200_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    Moments moments = Moments.of(values);
    assertThat(moments.mean()).isCloseTo(0, within(0.01));
    assertThat(moments.sd()).isCloseTo(1, within(0.01));
  }

  @Test
  void nextInt_coversItsRangeEvenly() {
    SplitMix random = SplitMix.stream(1, 2, 4);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }
}
