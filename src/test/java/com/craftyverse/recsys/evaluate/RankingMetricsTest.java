package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RankingMetricsTest {
  private static float[] measure(int cutoff, int relevant, boolean... hits) {
    float[] out = new float[RankingMetrics.COUNT];
    new RankingMetrics(cutoff).measure(hits, hits.length, relevant, out, 0);
    return out;
  }

  @Test
  void hitsAtRanks2And3_ofThreeRelevantItems_matchTheHandCalculation() {
    float[] figures = measure(5, 3, false, true, true, false, false);

    // DCG = 1/log2(3) + 1/log2(4) = 0.63093 + 0.5; ideal = 1 + 0.63093 + 0.5
    assertThat(figures[RankingMetrics.NDCG]).isCloseTo(1.13093f / 2.13093f, within(1e-5f));
    assertThat(figures[RankingMetrics.RECALL]).isEqualTo(2f / 3);
    assertThat(figures[RankingMetrics.PRECISION]).isEqualTo(2f / 5);
    assertThat(figures[RankingMetrics.HIT_RATE]).isEqualTo(1);
    assertThat(figures[RankingMetrics.MRR]).isEqualTo(0.5f);
    // (1/2 + 2/3) / 3
    assertThat(figures[RankingMetrics.MAP]).isCloseTo(7f / 18, within(1e-6f));
  }

  @Test
  void moreRelevantItemsThanRanks_doNotPenalizeAPerfectList() {
    float[] figures = measure(2, 7, true, true);

    assertThat(figures).containsExactly(1, 2f / 7, 1, 1, 1, 1);
  }

  @Test
  void listWithoutHits_isZeroThroughout() {
    assertThat(measure(3, 1, false, false, false)).containsOnly(0);
  }

  @Test
  void shortList_hasNoHitsAtItsMissingRanks() {
    float[] figures = measure(10, 1, true);

    assertThat(figures).containsExactly(1, 1, 0.1f, 1, 1, 1);
  }

  @Test
  void ranksBeyondTheCutoff_doNotCount() {
    assertThat(measure(2, 1, false, false, true)).containsOnly(0);
  }

  @Test
  void randomLists_agreeWithAnImplementationOverSets() {
    Random random = new Random(1);
    for (int round = 0; round < 1_000; round++) {
      List<Integer> ranked = new ArrayList<>();
      for (int item = 0; item < 30; item++) {
        ranked.add(item);
      }
      java.util.Collections.shuffle(ranked, random);
      ranked = ranked.subList(0, 1 + random.nextInt(25));
      Set<Integer> relevant = new HashSet<>();
      int count = 1 + random.nextInt(15);
      while (relevant.size() < count) {
        relevant.add(random.nextInt(30));
      }
      int k = 1 + random.nextInt(20);
      boolean[] hits = new boolean[ranked.size()];
      for (int i = 0; i < hits.length; i++) {
        hits[i] = relevant.contains(ranked.get(i));
      }

      float[] figures = measure(k, relevant.size(), hits);

      double[] expected = expected(ranked, relevant, k);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) figures[i]).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  /// The definitions, term by term.
  private static double[] expected(List<Integer> ranked, Set<Integer> relevant, int k) {
    List<Integer> top = ranked.subList(0, Math.min(k, ranked.size()));
    double dcg = 0;
    double ideal = 0;
    double averagePrecision = 0;
    double reciprocal = 0;
    for (int rank = 1; rank <= k; rank++) {
      double discount = Math.log(2) / Math.log(rank + 1);
      if (rank <= relevant.size()) {
        ideal += discount;
      }
      if (rank <= top.size() && relevant.contains(top.get(rank - 1))) {
        dcg += discount;
        Set<Integer> hits = new HashSet<>(top.subList(0, rank));
        hits.retainAll(relevant);
        averagePrecision += (double) hits.size() / rank;
        reciprocal = Math.max(reciprocal, 1.0 / rank);
      }
    }
    Set<Integer> hits = new HashSet<>(top);
    hits.retainAll(relevant);
    return new double[] {
      dcg / ideal,
      (double) hits.size() / relevant.size(),
      (double) hits.size() / k,
      hits.isEmpty() ? 0 : 1,
      reciprocal,
      averagePrecision / Math.min(k, relevant.size())
    };
  }

  @Test
  void listFigures_coverTheWholeCatalog() {
    // given items recommended 0, 2, 0 and 6 times, with 5, 40, 7 and 10 ratings
    ListFigures figures = ListFigures.of(new long[] {0, 2, 0, 6}, new int[] {5, 40, 7, 10});

    assertThat(figures.coverage()).isEqualTo(0.5);
    // ascending 0 0 2 6: ((2·3 − 5)·2 + (2·4 − 5)·6) / (4·8) = 20/32
    assertThat(figures.gini()).isEqualTo(0.625);
    assertThat(figures.medianPopularity()).isEqualTo(10);
    assertThat(ListFigures.of(new long[] {1, 1}, new int[] {4, 10}).medianPopularity())
        .isEqualTo(7);
    assertThat(ListFigures.of(new long[] {3, 3, 3}, new int[] {1, 2, 3}).gini()).isZero();
  }
}
