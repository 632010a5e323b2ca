package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HyperparametersTest {
  private static Hyperparameters decided(double given, int items, long rows) {
    Index index = new Index(null, null, 1_000, items, rows, null, null);
    return new Hyperparameters(50, 10, given, 48, 128, 10, 0, 0.2).decided(index);
  }

  @Test
  void decided_fewRatingsAnItem_hasTheLargerPenalty() {
    assertThat(decided(0, 7_509, 75_627).regularization()).isEqualTo(0.15, within(1e-3));
    assertThat(decided(0, 1_000, 20_000).regularization()).isEqualTo(0.106, within(1e-3));
    assertThat(decided(0, 2_259, 75_000).regularization()).isEqualTo(0.082, within(1e-3));
    assertThat(decided(0, 27_877, 3_750_000).regularization()).isEqualTo(0.08);
  }

  @Test
  void decided_given_staysAndTheOtherIsDecided() {
    Hyperparameters decided = decided(0.3, 1_000, 20_000);

    assertThat(decided.regularization()).isEqualTo(0.3);
    // 0.3 · √20,000 · 2 · √1,000 ÷ 1,000² ÷ 0.2
    assertThat(decided.rankingRegularization()).isEqualTo(0.01342, within(1e-5));
  }
}
