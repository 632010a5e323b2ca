package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PopularityTest {
  @Test
  void fullCount_meetsTheTableAndFallsBetween() {
    assertThat(Popularity.fullCount(1)).isEqualTo(122_296);
    assertThat(Popularity.fullCount(1_000)).isCloseTo(8_395, within(1e-6));
    assertThat(Popularity.fullCount(60_000)).isCloseTo(2, within(1e-9));
    assertThat(Popularity.fullCount(1e6)).isEqualTo(1);
    double before = Double.MAX_VALUE;
    for (int rank = 1; rank <= 83_239; rank++) {
      double count = Popularity.fullCount(rank);
      assertThat(count).isLessThanOrEqualTo(before).isGreaterThanOrEqualTo(1);
      before = count;
    }
  }

  @Test
  void expectedCounts_sumToTheRatings() {
    for (SampleSpec spec : new SampleSpec[] {SampleSpec.sample(), SampleSpec.full()}) {
      double[] counts = Popularity.expectedCounts(spec);
      assertThat(counts).hasSize(spec.ratedMovies());
      assertThat(Arrays.stream(counts).sum()).isCloseTo(spec.ratings(), within(1.0));
      assertThat(counts[0]).isLessThanOrEqualTo(0.6 * spec.users());
    }
  }

  @Test
  void ratedMoviesAt_givesAllOfThemAtFullSize() {
    assertThat(Popularity.ratedMoviesAt(33_832_162)).isEqualTo(83_239);
    assertThat(Popularity.ratedMoviesAt(100_000)).isBetween(9_000, 11_000);
  }
}
