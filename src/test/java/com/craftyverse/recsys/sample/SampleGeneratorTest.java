package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SampleGeneratorTest {
  private static final SampleSpec SPEC = SampleSpec.ofRatings("small", 5, 60_000);

  @Test
  void forEachRating_givesTheSameRowsForAnyNumberOfThreads() {
    long one = digest(SPEC, 1);
    assertThat(digest(SPEC, 2)).isEqualTo(one);
    assertThat(digest(SPEC, 5)).isEqualTo(one);
  }

  @Test
  void forEachRating_givesOtherRowsForAnotherSeed() {
    assertThat(digest(SampleSpec.ofRatings("small", 6, 60_000), 2)).isNotEqualTo(digest(SPEC, 2));
  }

  @Test
  void forEachRating_runsInTheCallersThread_andPassesItsException() {
    SampleGenerator generator = new SampleGenerator(SPEC);
    Thread caller = Thread.currentThread();
    AtomicInteger seen = new AtomicInteger();
    assertThatThrownBy(
            () ->
                generator.forEachRating(
                    2,
                    (user, movie, rating, time) -> {
                      assertThat(Thread.currentThread()).isSameAs(caller);
                      if (seen.incrementAndGet() == 1_000) {
                        throw new IllegalStateException("enough");
                      }
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    assertThat(seen).hasValue(1_000);
  }

  @Test
  void constructor_refusesMoreRatingsThanFit() {
    SampleSpec dense = SPEC.withSize(10, 1_000, 1_000);
    assertThatThrownBy(() -> new SampleGenerator(dense))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("too many ratings for 10 users and 1000 rated movies: at most ");
  }

  @Test
  void unusualSizes_areMetExactly() {
    int[][] sizes = {{1_000, 1_000, 30, 30}, {1_000, 12, 500, 900}, {1_000, 9, 450, 450}};
    for (int[] size : sizes) {
      SampleSpec spec = SampleSpec.ofRatings("odd", 1, size[0]).withSize(size[1], size[2], size[3]);
      Ratings rows = Ratings.of(new SampleGenerator(spec), 1);
      assertThat(rows.filled()).isEqualTo(size[0]);
      assertThat(Ratings.counts(rows.user)).hasSize(size[1] + 1);
      int rated = 0;
      for (int count : Ratings.counts(rows.movie)) {
        rated += count > 0 ? 1 : 0;
      }
      assertThat(rated).isEqualTo(size[2]);
    }
  }

  private static long digest(SampleSpec spec, int threads) {
    long[] digest = {17};
    new SampleGenerator(spec)
        .forEachRating(
            threads,
            (user, movie, rating, time) -> {
              digest[0] = 31 * digest[0] + user;
              digest[0] = 31 * digest[0] + movie;
              digest[0] = 31 * digest[0] + (long) (2 * rating);
              digest[0] = 31 * digest[0] + time;
            });
    return digest[0];
  }
}
