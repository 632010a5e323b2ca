package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.sample.Ratings.Moments;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Compares generated data with the figures of ml-latest (July 2023). The tolerances are the generator's
/// promise; a set of this size (20,000 users) adds its own sampling noise.
class SampleShapeTest {
  private static final SampleSpec SPEC = SampleSpec.ofRatings("shape", 7, 2_000_000);
  private static final SampleGenerator GENERATOR = new SampleGenerator(SPEC);
  private static final Ratings ROWS = Ratings.of(GENERATOR, 2);

  /// This set's size relative to ml-latest.
  private static final double SCALE = 2_000_000.0 / 33_832_162;

  private static final int DAY = 86_400;

  @Test
  void countsAreExact() {
    assertThat(ROWS.filled()).isEqualTo(SPEC.ratings());
    int[] users = Ratings.counts(ROWS.user);
    assertThat(users[0]).isZero();
    assertThat(Arrays.stream(users).filter(count -> count > 0).count()).isEqualTo(SPEC.users());
    assertThat(users).hasSize(SPEC.users() + 1);
    int[] movies = Ratings.counts(ROWS.movie);
    assertThat(Arrays.stream(movies).filter(count -> count > 0).count())
        .isEqualTo(SPEC.ratedMovies());
  }

  @Test
  void rowsAscendByUserThenMovie_soNoPairComesTwice() {
    int wrong = 0;
    for (int i = 1; i < ROWS.size; i++) {
      boolean ascends =
          ROWS.user[i] > ROWS.user[i - 1]
              || (ROWS.user[i] == ROWS.user[i - 1] && ROWS.movie[i] > ROWS.movie[i - 1]);
      wrong += ascends ? 0 : 1;
    }
    assertThat(wrong).isZero();
  }

  @Test
  void ratingsHaveTheMeanSpreadAndHistogramOfMovieLens() {
    double[] stars = new double[ROWS.size];
    double[] percent = new double[11];
    for (int i = 0; i < ROWS.size; i++) {
      stars[i] = ROWS.rating[i];
      percent[(int) (2 * ROWS.rating[i])] += 100.0 / ROWS.size;
    }
    Moments moments = Moments.of(stars);
    assertThat(moments.mean()).isCloseTo(3.5425, within(0.03));
    assertThat(moments.sd()).isCloseTo(1.064, within(0.05));
    double[] movieLens = {0, 1.57, 3.11, 1.60, 6.56, 5.05, 19.59, 12.71, 26.56, 8.80, 14.45};
    for (int k = 0; k <= 10; k++) {
      assertThat(percent[k]).as("%% of %s stars", k / 2.0).isCloseTo(movieLens[k], within(1.3));
    }
  }

  @Test
  void noHalfStarsBefore2003_02_18_andSomeUsersNeverGiveThem() {
    boolean[] gaveHalf = new boolean[SPEC.users() + 1];
    int[] since = new int[SPEC.users() + 1];
    int early = 0;
    for (int i = 0; i < ROWS.size; i++) {
      boolean half = ROWS.rating[i] % 1 != 0;
      if (ROWS.time[i] < 1_045_526_400L) {
        early += half ? 1 : 0;
      } else {
        since[ROWS.user[i]]++;
        gaveHalf[ROWS.user[i]] |= half;
      }
    }
    assertThat(early).isZero();
    int users = 0;
    int whole = 0;
    for (int u = 1; u <= SPEC.users(); u++) {
      if (since[u] >= 30) {
        users++;
        whole += gaveHalf[u] ? 0 : 1;
      }
    }
    assertThat((double) whole / users).isBetween(0.1, 0.25);
  }

  @Test
  void usersAreAsActiveAsInMovieLens() {
    double[] counts =
        Arrays.stream(Ratings.counts(ROWS.user)).skip(1).sorted().asDoubleStream().toArray();
    double[] quantiles = {0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999};
    double[] movieLens = {3, 12, 34, 93, 227, 388, 1055, 3413};
    for (int k = 0; k < quantiles.length; k++) {
      double allowed = 1 + (k == quantiles.length - 1 ? 0.25 : 0.06) * movieLens[k];
      assertThat(Ratings.quantile(counts, quantiles[k]))
          .as("quantile %s", quantiles[k])
          .isCloseTo(movieLens[k], within(allowed));
    }
  }

  @Test
  void popularityFollowsTheCurveOfMovieLens() {
    int[] ascending = Arrays.stream(Ratings.counts(ROWS.movie)).sorted().toArray();
    int[] ranks = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000};
    int[] counts = {
      122296, 113581, 101802, 80200, 71820, 48441, 38195, 26797, 14905, 8395, 3529, 1962
    };
    for (int k = 0; k < ranks.length; k++) {
      double expected = counts[k] * SCALE;
      assertThat((double) ascending[ascending.length - ranks[k]])
          .as("ratings of the movie of rank %s", ranks[k])
          .isCloseTo(expected, within(0.1 * expected));
    }

    // Concentration over as many movies as ml-latest has, so that the figures are comparable.
    int all = 83_239;
    double top1 = 0;
    double top10 = 0;
    double weighted = 0;
    for (int rank = 1; rank <= all; rank++) {
      int at = ascending.length - rank;
      double share = at < 0 ? 0 : (double) ascending[at] / ROWS.size;
      top1 += rank <= all / 100 ? share : 0;
      top10 += rank <= all / 10 ? share : 0;
      weighted += (all + 1 - 2.0 * rank) * share;
    }
    assertThat(top1).isCloseTo(0.55, within(0.02));
    assertThat(top10).isCloseTo(0.958, within(0.02));
    assertThat(weighted / all).as("Gini").isCloseTo(0.953, within(0.015));
  }

  @Test
  void popularMoviesAreBetter() {
    int[] counts = Ratings.counts(ROWS.movie);
    double[] means = ROWS.means(ROWS.movie);
    // Counts of ml-latest, scaled to this set's size.
    assertMovieMeans(means, counts, 100 * SCALE, 1_000 * SCALE, 3.24, 0.08);
    assertMovieMeans(means, counts, 1_000 * SCALE, 10_000 * SCALE, 3.35, 0.08);
    assertMovieMeans(means, counts, 10_000 * SCALE, ROWS.size, 3.61, 0.06);
  }

  private static void assertMovieMeans(
      double[] means,
      int[] counts,
      double minCount,
      double below,
      double expected,
      double allowed) {
    double sum = 0;
    int movies = 0;
    for (int m = 0; m < counts.length; m++) {
      if (counts[m] >= minCount && counts[m] < below) {
        sum += means[m];
        movies++;
      }
    }
    assertThat(sum / movies)
        .as("mean of movies with %.0f to %.0f ratings", minCount, below)
        .isCloseTo(expected, within(allowed));
  }

  @Test
  void usersDifferAsInMovieLens() {
    double[] means = Arrays.copyOfRange(ROWS.means(ROWS.user), 1, SPEC.users() + 1);
    Moments moments = Moments.of(means);
    assertThat(moments.mean()).isCloseTo(3.66, within(0.03));
    assertThat(moments.sd()).isCloseTo(0.48, within(0.03));

    int[] counts = Ratings.counts(ROWS.user);
    double[] squares = new double[SPEC.users() + 1];
    for (int i = 0; i < ROWS.size; i++) {
      double deviation = ROWS.rating[i] - means[ROWS.user[i] - 1];
      squares[ROWS.user[i]] += deviation * deviation;
    }
    double sum = 0;
    int users = 0;
    for (int u = 1; u <= SPEC.users(); u++) {
      if (counts[u] > 1) {
        sum += Math.sqrt(squares[u] / (counts[u] - 1));
        users++;
      }
    }
    assertThat(sum / users).as("sd within a user").isCloseTo(0.92, within(0.04));
  }

  @Test
  void usersRateInSessions() {
    int[] ends = Ratings.counts(ROWS.user);
    double[] lifetimes = new double[SPEC.users()];
    int[] gaps = new int[3_601];
    int oneSession = 0;
    double firstShare = 0;
    int start = 0;
    for (int u = 1; u <= SPEC.users(); u++) {
      int count = ends[u];
      long[] times = Arrays.copyOfRange(ROWS.time, start, start + count);
      Arrays.sort(times);
      start += count;
      lifetimes[u - 1] = (double) (times[count - 1] - times[0]) / DAY;
      int first = count;
      for (int i = 1; i < count; i++) {
        long gap = times[i] - times[i - 1];
        if (gap <= 3_600) {
          gaps[(int) gap]++;
        } else {
          first = Math.min(first, i);
        }
      }
      oneSession += first == count ? 1 : 0;
      firstShare += (double) first / count / SPEC.users();
    }
    Arrays.sort(lifetimes);
    assertThat((double) oneSession / SPEC.users()).isBetween(0.5, 0.6);
    assertThat(firstShare).isCloseTo(0.75, within(0.02));
    assertThat(gapQuantile(gaps, 0.5)).isCloseTo(11, within(1));
    assertThat(gapQuantile(gaps, 0.75)).isCloseTo(34, within(1));
    long day = Arrays.stream(lifetimes).filter(lifetime -> lifetime <= 1).count();
    assertThat((double) day / SPEC.users()).isCloseTo(0.59, within(0.03));
    assertThat(Ratings.quantile(lifetimes, 0.9)).isCloseTo(617, within(180.0));
  }

  private static int gapQuantile(int[] counts, double q) {
    long left = (long) (q * Arrays.stream(counts).asLongStream().sum());
    int gap = 0;
    while (left > counts[gap]) {
      left -= counts[gap++];
    }
    return gap;
  }

  @Test
  void timesFollowTheYearsOfMovieLens() {
    assertThat(Arrays.stream(ROWS.time).min().orElseThrow()).isGreaterThanOrEqualTo(SPEC.from());
    assertThat(Arrays.stream(ROWS.time).max().orElseThrow()).isLessThanOrEqualTo(SPEC.to());
    double year = 31_556_952;
    assertThat(ROWS.timeQuantile(0.25)).isCloseTo(1_046_718_000, within(year));
    assertThat(ROWS.timeQuantile(0.5)).isCloseTo(1_264_740_000, within(year));
    assertThat(ROWS.timeQuantile(0.75)).isCloseTo(1_496_919_000, within(year / 2));

    double[] thousands = {
      1430, 626, 272, 1059, 1735, 1059, 777, 920, 1048, 1614, 1038, 931, 1018, 810, 792, 676, 635,
      516, 478, 1605, 1757, 1690, 1311
    };
    double[] generated = new double[thousands.length];
    for (long time : ROWS.time) {
      int since1996 = Timeline.yearOf(time) - 1996;
      if (since1996 >= 0 && since1996 < generated.length) {
        generated[since1996]++;
      }
    }
    double all = Arrays.stream(thousands).sum();
    double allGenerated = Arrays.stream(generated).sum();
    double shift = 0;
    for (int y = 0; y < thousands.length; y++) {
      shift += Math.abs(thousands[y] / all - generated[y] / allGenerated) / 2;
    }
    assertThat(shift).as("share of ratings in another year").isLessThan(0.05);
  }

  @Test
  void splitByTimeLeavesMostLaterUsersUnseen() {
    double t1 = ROWS.timeQuantile(0.75);
    boolean[] seen = new boolean[SPEC.users() + 1];
    for (int i = 0; i < ROWS.size; i++) {
      seen[ROWS.user[i]] |= ROWS.time[i] <= t1;
    }
    int users = 0;
    for (boolean known : seen) {
      users += known ? 1 : 0;
    }
    assertThat((double) users / SPEC.users()).isCloseTo(0.81, within(0.04));
    int later = 0;
    int known = 0;
    for (int i = 0; i < ROWS.size; i++) {
      if (ROWS.time[i] > t1) {
        later++;
        known += seen[ROWS.user[i]] ? 1 : 0;
      }
    }
    assertThat((double) known / later).isLessThan(0.3);
  }

  @Test
  void oracleMatchesThePublishedRatings_andBeatsTheBiasBaseline() {
    Oracle oracle = GENERATOR.oracle();
    BiasModel bias = new BiasModel(ROWS, Double.POSITIVE_INFINITY);
    double error = 0;
    double variance = 0;
    double squares = 0;
    double excess = 0;
    double excessSquares = 0;
    double biasSquares = 0;
    double[] affinities = new double[ROWS.size / 10];
    for (int k = 0; k < affinities.length; k++) {
      int i = 10 * k;
      double deviation =
          ROWS.rating[i] - oracle.expectation(ROWS.user[i], ROWS.movie[i], ROWS.time[i]);
      double expected = oracle.variance(ROWS.user[i], ROWS.movie[i], ROWS.time[i]);
      error += deviation;
      variance += expected;
      squares += deviation * deviation;
      excess += deviation * deviation - expected;
      excessSquares += (deviation * deviation - expected) * (deviation * deviation - expected);
      double biasAway = ROWS.rating[i] - bias.predict(ROWS.user[i], ROWS.movie[i]);
      biasSquares += biasAway * biasAway;
      affinities[k] = oracle.affinity(ROWS.user[i], ROWS.movie[i]);
    }
    // Both are sums of independent terms with mean zero, so they lie within four standard errors of
    // zero.
    assertThat(Math.abs(error) / Math.sqrt(variance)).isLessThan(4);
    assertThat(Math.abs(excess) / Math.sqrt(excessSquares)).isLessThan(4);

    double oracleRmse = Math.sqrt(squares / affinities.length);
    double biasRmse = Math.sqrt(biasSquares / affinities.length);
    assertThat(oracleRmse).isBetween(0.72, 0.8);
    // The baseline was even trained on these rows.
    assertThat(biasRmse).isGreaterThan(1.08 * oracleRmse);
    assertThat(Moments.of(affinities).sd()).isBetween(0.4, 0.5);
  }
}
