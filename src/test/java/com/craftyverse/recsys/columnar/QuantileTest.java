package com.craftyverse.recsys.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantileTest {
  /// numpy's result at the size of ml-latest; exact arithmetic would give …985.6.
  @Test
  void interpolation_isNumpysToTheLastBit() {
    long n = 33_832_162;
    double h = (n - 1) * 0.90;
    double t = h - Math.floor(h);
    assertThat(Quantile.interpolate(1598691973, 1598691987, t)).isEqualTo(1598691985.6000001);
  }

  @Test
  void orderStatistics_areThoseOfTheSortedColumn() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 30; round++) {
      long spread = 1L << random.nextInt(1, 40);
      long[] values = random.longs(1 + random.nextInt(2_000), -spread, spread).toArray();
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      long[] ranks = random.longs(20, 0, values.length).toArray();
      long[] expected = Arrays.stream(ranks).map(rank -> sorted[(int) rank]).toArray();
      assertThat(Quantile.orderStatistics(column(values), ranks)).isEqualTo(expected);
    }
  }

  @Test
  void quantiles_ofFewValues() {
    assertThat(quantile(0.75, 7)).isEqualTo(7.0);
    assertThat(quantile(0.75, 4, 1, 3, 2)).isEqualTo(3.25);
    assertThat(quantile(1.0, 4, 1, 3, 2)).isEqualTo(4.0);
    assertThat(quantile(0.9, 5, 5, 5)).isEqualTo(5.0);
  }

  private static double quantile(double q, long... values) {
    return Quantile.of(column(values), q)[0];
  }

  private static List<MemorySegment> column(long... values) {
    int middle = values.length / 2;
    return List.of(
        MemorySegment.ofArray(Arrays.copyOf(values, middle)),
        MemorySegment.ofArray(Arrays.copyOfRange(values, middle, values.length)));
  }
}
