package com.craftyverse.recsys.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantileTest {
  /// numpy's own result at the size of ml-latest; exact arithmetic would give …985.6.
  @Test
  void interpolation_isNumpysToTheLastBit() {
    long n = 33_832_162;
    double h = (n - 1) * 0.90;
    double t = h - Math.floor(h);
    assertThat(Quantile.interpolate(1598691973, 1598691987, t)).isEqualTo(1598691985.6000001);
  }

  @Test
  void orderStatistics_areThoseOfTheSortedColumn() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 30; round++) {
      long spread = 1L << random.nextInt(1, 40);
      long[] values = random.longs(1 + random.nextInt(2_000), -spread, spread).toArray();
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      for (int i = 0; i < 20; i++) {
        int rank = random.nextInt(values.length);
        assertThat(Quantile.orderStatistic(column(values), rank)).isEqualTo(sorted[rank]);
      }
    }
  }

  @Test
  void quantiles_ofFewValues() throws IOException {
    assertThat(Quantile.of(column(7), 0.75)).isEqualTo(7.0);
    assertThat(Quantile.of(column(4, 1, 3, 2), 0.75)).isEqualTo(3.25);
    assertThat(Quantile.of(column(4, 1, 3, 2), 1.0)).isEqualTo(4.0);
    assertThat(Quantile.of(column(5, 5, 5), 0.9)).isEqualTo(5.0);
  }

  private static Quantile.LongColumn column(long... values) {
    return new Quantile.LongColumn() {
      @Override
      public long rows() {
        return values.length;
      }

      @Override
      public void forEach(Quantile.LongConsumer each) {
        for (long value : values) {
          each.accept(value);
        }
      }
    };
  }
}
