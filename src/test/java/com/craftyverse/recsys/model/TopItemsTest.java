package com.craftyverse.recsys.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopItemsTest {
  @Test
  void top_equalsASort_withEqualScoresByItem() {
    Random random = new Random(3);
    for (int items : new int[] {1, 2, 9, 10, 11, 1_000}) {
      for (int round = 0; round < 50; round++) {
        float[] scores = new float[items];
        BitSet candidates = new BitSet();
        for (int i = 0; i < items; i++) {
          scores[i] = random.nextInt(20); // many are equal
          candidates.set(i, random.nextInt(3) > 0);
        }
        for (int n : new int[] {1, 3, 10, 100}) {
          assertThat(TopItems.of(scores, n, null)).isEqualTo(sorted(scores, n, null));
          assertThat(TopItems.of(scores, n, candidates)).isEqualTo(sorted(scores, n, candidates));
        }
      }
    }
  }

  @Test
  void withoutCandidates_isEmpty() {
    assertThat(TopItems.of(new float[] {1, 2}, 5, new BitSet())).isEmpty();
  }

  private static int[] sorted(float[] scores, int n, @Nullable BitSet candidates) {
    return IntStream.range(0, scores.length)
        .filter(item -> candidates == null || candidates.get(item))
        .boxed()
        .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]).thenComparing(i -> i))
        .limit(n)
        .mapToInt(i -> i)
        .toArray();
  }
}
