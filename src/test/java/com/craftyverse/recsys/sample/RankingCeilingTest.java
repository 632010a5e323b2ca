package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankingCeilingTest {
  private static final SampleGenerator GENERATOR =
      new SampleGenerator(SampleSpec.ofRatings("ceiling", 4, 200_000));
  private static final Oracle ORACLE = GENERATOR.oracle();

  @Test
  void ndcg_matchesHandComputedLists() {
    int[] ids = ORACLE.movieIds();
    // given candidates 0 to 3; user 1 knows movie 0, user 2 knows movies 1 to 3
    RankingCeiling ceiling =
        new RankingCeiling(
            ORACLE,
            new int[] {1, 2, 2, 2},
            new int[] {ids[0], ids[1], ids[2], ids[3]},
            new int[] {1, 1, 2, 1},
            new int[] {ids[3], ids[2], ids[0], ids[4]});
    // when the movies are ranked by index
    RankingCeiling.Ranking byOrder =
        userId -> {
          double[] scores = new double[ids.length];
          for (int i = 0; i < scores.length; i++) {
            scores[i] = -i;
          }
          return scores;
        };
    // then user 1 gets 1, 2, 3 with hits at 2 and 3, and user 2 gets 0, a hit
    double two = 1 / log2(3);
    double three = 1 / log2(4);
    assertThat(ceiling.ndcg(byOrder, 10, 9))
        .isCloseTo(((two + three) / (1 + two) + 1) / 2, within(1e-12));
    assertThat(ceiling.ndcg(byOrder, 2, 9)).isCloseTo((two / (1 + two) + 1) / 2, within(1e-12));
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  @Test
  void truth_ranksFarBetterThanPopularity_andTheSameForAnyNumberOfThreads() {
    RankingCeiling one = RankingCeiling.withinUsers(GENERATOR, 0.25, 1, 1);
    RankingCeiling two = RankingCeiling.withinUsers(GENERATOR, 0.25, 1, 2);
    double popular = one.ndcg(one.mostPopular(), 10, 2_000);
    double truth = one.ndcg(one.truth(), 10, 2_000);
    assertThat(two.ndcg(two.truth(), 10, 2_000)).isEqualTo(truth);
    assertThat(popular).isBetween(0.12, 0.25);
    assertThat(one.ndcg(one.trueTastes(), 10, 2_000)).isBetween(1.5 * popular, 0.95 * truth);
    assertThat(truth).isGreaterThan(1.8 * popular);
  }

  @Test
  void truth_beatsTheTruthAboutOtherUsers_andIncompleteTruths() {
    RankingCeiling ceiling = RankingCeiling.withinUsers(GENERATOR, 0.25, 2, 2);
    double truth = ceiling.ndcg(ceiling.truth(), 10, 2_000);
    int users = GENERATOR.spec().users();
    double other = ceiling.ndcg(u -> ORACLE.preferences(u % users + 1), 10, 2_000);
    int[] ids = ORACLE.movieIds();
    double timeless =
        ceiling.ndcg(
            u -> {
              double[] scores = new double[ids.length];
              for (int i = 0; i < ids.length; i++) {
                scores[i] = ORACLE.preference(u, ids[i], GENERATOR.spec().to());
              }
              return scores;
            },
            10,
            2_000);
    assertThat(other).isLessThan(0.6 * truth);
    assertThat(timeless).isLessThan(0.9 * truth);
  }

  @Test
  void nothingHeldOut_isRefused() {
    RankingCeiling ceiling =
        new RankingCeiling(
            ORACLE, new int[] {1}, new int[] {ORACLE.movieIds()[0]}, new int[0], new int[0]);
    assertThatThrownBy(() -> ceiling.ndcg(ceiling.truth(), 10, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no user has a held-out choice");
    assertThatThrownBy(
            () ->
                new RankingCeiling(
                    ORACLE, new int[] {1}, new int[] {-3}, new int[] {}, new int[] {}))
        .hasMessage("no movie has the id -3");
  }
}
