package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChoicesTest {
  private static final SampleSpec SPEC = SampleSpec.ofRatings("choices", 3, 60_000);
  private static final Timeline TIMELINE = new Timeline(SPEC.from(), SPEC.to());
  private static final MovieCatalog MOVIES = new MovieCatalog(SPEC, TIMELINE);
  private static final Users USERS = new Users(SPEC, TIMELINE, MOVIES);
  private static final Choices CHOICES = new Choices(SPEC, TIMELINE, MOVIES, USERS);

  @Test
  void draw_isProportionalToThePreference() {
    int draws = 300_000;
    double[] cumulative = new double[Choices.TABLES];
    for (int year : new int[] {3, TIMELINE.years() - 1}) {
      for (int user : new int[] {0, 7, 200}) {
        CHOICES.sum(user, year, cumulative);
        int available = MOVIES.countAddedBy(TIMELINE.start(year + 1));
        int[] drawn = new int[available];
        SplitMix random = new SplitMix(user);
        for (int n = 0; n < draws; n++) {
          drawn[CHOICES.draw(random, year, cumulative)]++;
        }
        // Pearson's statistic over the frequently drawn movies, with all others as one class.
        double sum = 0;
        double expectedOthers = 0;
        int drawnOthers = 0;
        double squares = 0;
        int classes = 0;
        for (int i = 0; i < available; i++) {
          double preference = CHOICES.preference(user, i);
          sum += preference;
          double expected = draws * preference / cumulative[Choices.TABLES - 1];
          if (expected >= 20) {
            squares += (drawn[i] - expected) * (drawn[i] - expected) / expected;
            classes++;
          } else {
            expectedOthers += expected;
            drawnOthers += drawn[i];
          }
        }
        squares += (drawnOthers - expectedOthers) * (drawnOthers - expectedOthers) / expectedOthers;
        assertThat(Math.abs(sum / cumulative[Choices.TABLES - 1] - 1)).isLessThan(1e-6);
        assertThat(classes).isGreaterThan(20);
        assertThat(squares)
            .as("chi-square of user %s, year %s, %s degrees of freedom", user, year, classes)
            .isBetween(
                classes - 4.5 * Math.sqrt(2.0 * classes), classes + 4.5 * Math.sqrt(2.0 * classes));
      }
    }
  }

  @Test
  void tastesHaveMeanOne_soNoUserLikesMoreThanOthers() {
    double[] sums = new double[Taste.COUNT];
    for (int u = 0; u < USERS.size; u++) {
      double sum = 0;
      for (int k = 0; k < Taste.COUNT; k++) {
        sum += USERS.tastes[u * Taste.COUNT + k];
        sums[k] += USERS.tastes[u * Taste.COUNT + k] / USERS.size;
      }
      assertThat(Math.abs(sum - Taste.COUNT)).isLessThan(1e-4);
    }
    double standardError = Math.sqrt(new TasteProfiles().variance / USERS.size);
    for (double mean : sums) {
      assertThat(Math.abs(mean - 1)).isLessThan(4 * standardError);
    }
  }

  @Test
  void moviesShowTheirTasteInTheirGenres() {
    int leading = 0;
    int known = 0;
    Set<Integer> tastes = new HashSet<>();
    for (int i = 0; i < MOVIES.size; i++) {
      assertThat(MOVIES.taste[i]).isNotEqualTo(MOVIES.secondTaste[i]);
      tastes.add((int) MOVIES.taste[i]);
      if (!MOVIES.genres[i].equals(Genre.NONE)) {
        known++;
        leading += MOVIES.genres[i].contains(Taste.values()[MOVIES.taste[i]].lead.label) ? 1 : 0;
      }
    }
    assertThat((double) leading / known).isGreaterThan(0.9);
    assertThat(tastes).hasSize(Taste.COUNT);
  }
}
