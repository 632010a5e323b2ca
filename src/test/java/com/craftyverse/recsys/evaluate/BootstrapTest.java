package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static Interval[] intervals(float[][] rows, int threads) throws IOException {
    try (WorkerPool workers = new WorkerPool("test", "the test", threads)) {
      return Bootstrap.intervals(rows, 42, workers);
    }
  }

  @Test
  void constantColumn_hasAnIntervalOfLengthZero() throws IOException {
    assertThat(intervals(new float[][] {{0.25f}, {0.25f}, {0.25f}}, 1))
        .containsExactly(new Interval(0.25, 0.25, 0.25));
  }

  @Test
  void interval_ofManyUsers_matchesTheNormalDistribution() throws IOException {
    // given 10,000 users whose values have mean 3 and standard deviation 2
    Random random = new Random(7);
    float[][] rows = new float[10_000][1];
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = (float) (3 + 2 * random.nextGaussian());
      sum += rows[i][0];
    }

    Interval interval = intervals(rows, 2)[0];

    // then the ends are 1.96 standard errors of 0.02 away
    double mean = sum / rows.length;
    assertThat(interval.value()).isCloseTo(mean, within(1e-9));
    assertThat(interval.low()).isCloseTo(mean - 0.0392, within(0.004));
    assertThat(interval.high()).isCloseTo(mean + 0.0392, within(0.004));
  }

  @Test
  void columns_shareTheDraws_whateverTheThreads() throws IOException {
    float[][] rows = {{0, 1}, {1, 0}, {0.5f, 0.5f}, {1, 0}};
    Interval[] one = intervals(rows, 1);

    assertThat(intervals(rows, 2)).containsExactly(one);
    // the second column is 1 minus the first
    assertThat(one[1].low()).isEqualTo(1 - one[0].high());
    assertThat(one[1].high()).isEqualTo(1 - one[0].low());
  }

  @Test
  void rmseDifference_weighsUsersByTheirRatings() throws IOException {
    // given ratings, squared errors and other squared errors of three users, the last without
    // ratings
    float[][] rows = {{1, 4, 1}, {3, 12, 3}, {0, 0, 0}};
    try (WorkerPool workers = new WorkerPool("test", "the test", 2)) {
      Interval[] intervals =
          Bootstrap.rmseDifferences(
              rows,
              List.of(new Bootstrap.RmsePair(0, 1, 2), new Bootstrap.RmsePair(0, 2, 1)),
              42,
              workers);
      // then every sample has RMSEs of 2 and 1
      assertThat(intervals[0]).isEqualTo(new Interval(1, 1, 1));
      assertThat(intervals[1]).isEqualTo(new Interval(-1, -1, -1));
    }
  }
}
