package com.craftyverse.recsys.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 1_000, 4_096, 100_003})
  void everyNumber_hasAPlaceOfItsOwn(long n) {
    for (long seed : new long[] {0, 1, -1, 42}) {
      Permutation order = new Permutation(n, seed);
      long[] positions = LongStream.range(0, n).map(order::apply).sorted().toArray();
      assertThat(positions).isEqualTo(LongStream.range(0, n).toArray());
    }
  }

  /// Pearson's chi-squared test on the places of neighbouring numbers in a 16 × 16 grid, with 225 degrees of
  /// freedom (n is large, so the margins are fixed). A value above 330 has a probability of one in a hundred
  /// thousand.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void neighbours_areNoNeighboursInTheOrder(long seed) {
    int n = 100_000;
    Permutation order = new Permutation(n, seed);
    int[] counts = new int[256];
    for (int i = 0; i + 1 < n; i++) {
      int row = (int) (order.apply(i) * 16 / n);
      int column = (int) (order.apply(i + 1) * 16 / n);
      counts[16 * row + column]++;
    }
    double expected = (n - 1) / 256.0;
    double chiSquare =
        Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
    assertThat(chiSquare).isBetween(130.0, 330.0);
  }
}
