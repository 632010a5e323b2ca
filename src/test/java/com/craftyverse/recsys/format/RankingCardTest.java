package com.craftyverse.recsys.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankingCardTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 2",
    "3, 2.5849626",
    "4, 3",
    "16, 5",
    "1024, 11",
    "536870912, 30",
    "1.4142135, 1.5",
    "0.5, 1",
    "1e-30, 1"
  })
  void choiceWeight_isOnePlusTheLogarithm_andAtLeastOne(float amount, float expected) {
    assertThat(RankingCard.choiceWeight(amount)).isEqualTo(expected);
  }

  @Test
  void weight_isThatOfTheAmount_withoutAScale() {
    assertThat(new RankingCard(8, 0.01, 0.2, 10, null, null).weight(4)).isEqualTo(3);
    assertThat(new RankingCard(8, 0.01, 0.2, 10, 1f, 5f).weight(4)).isEqualTo(0.775f);
  }
}
