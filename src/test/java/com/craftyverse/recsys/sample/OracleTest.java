package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OracleTest {
  private static final SampleSpec SPEC = SampleSpec.ofRatings("oracle", 3, 20_000);
  private static final SampleGenerator GENERATOR = new SampleGenerator(SPEC);
  private static final Oracle ORACLE = GENERATOR.oracle();

  @Test
  void expectationAndVariance_areThoseOfManyDraws() {
    // given a few ratings of each decade and rating habit
    List<long[]> rows = new ArrayList<>();
    GENERATOR.forEachRating(
        1, (user, movie, rating, time) -> rows.add(new long[] {user, movie, time}));
    SplitMix random = new SplitMix(11);
    int draws = 40_000;
    for (int k = 0; k < 20; k++) {
      long[] row = rows.get(random.nextInt(rows.size()));
      int user = (int) row[0];
      int movie = (int) row[1];
      int movieIndex = GENERATOR.movies().index(movie);

      // when the same rating is drawn many times
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < draws; i++) {
        double affinity = ORACLE.affinityAt(user - 1, movieIndex);
        double stars = ORACLE.draw(user - 1, movieIndex, affinity, row[2], random) / 2.0;
        sum += stars;
        squares += stars * stars;
      }

      // then the moments match the predicted ones
      double mean = sum / draws;
      double variance = ORACLE.variance(user, movie, row[2]);
      assertThat(mean)
          .isCloseTo(
              ORACLE.expectation(user, movie, row[2]), within(4.5 * Math.sqrt(variance / draws)));
      assertThat(squares / draws - mean * mean).isCloseTo(variance, within(0.05 * variance));
    }
  }

  @Test
  void unknownUserOrMovie_isNamed() {
    assertThatThrownBy(() -> ORACLE.expectation(0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no user has the id 0");
    assertThatThrownBy(() -> ORACLE.score(SPEC.users() + 1, 1))
        .hasMessage("no user has the id " + (SPEC.users() + 1));
    assertThatThrownBy(() -> ORACLE.variance(1, -5, 0)).hasMessage("no movie has the id -5");
  }

  @Test
  void preferences_arePerMovie_weightedByTheChoicesSinceItEntered() {
    int[] ids = ORACLE.movieIds();
    long[] first = new long[SPEC.users() + 1];
    long[] last = new long[SPEC.users() + 1];
    Arrays.fill(first, Long.MAX_VALUE);
    GENERATOR.forEachRating(
        1,
        (user, movie, rating, time) -> {
          first[user] = Math.min(first[user], time);
          last[user] = Math.max(last[user], time);
        });
    for (int user = 1; user <= SPEC.users(); user++) {
      double[] all = ORACLE.preferences(user);
      assertThat(all).hasSize(SPEC.movies());
      int popular = 0;
      while (ORACLE.preference(user, ids[popular], first[user]) == 0) {
        popular++;
      }
      double exposure = all[popular] / ORACLE.preference(user, ids[popular], first[user]);
      for (int i = 0; i < ids.length; i++) {
        double now = ORACLE.preference(user, ids[i], last[user]);
        if (ORACLE.preference(user, ids[i], first[user]) > 0) {
          assertThat(all[i]).isCloseTo(exposure * now, withinPercentage(1e-9));
        } else {
          assertThat(all[i]).isBetween(0.0, exposure * now * (1 - 1e-12));
        }
      }
    }
  }
}
