package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleSpecTest {
  @Test
  void full_hasTheSizeOfMlLatest() {
    SampleSpec full = SampleSpec.full();
    assertThat(full.ratings()).isEqualTo(33_832_162);
    assertThat(full.users()).isEqualTo(330_975);
    assertThat(full.ratedMovies()).isEqualTo(83_239);
    assertThat(full.movies()).isEqualTo(86_537);
    assertThat(full.from()).isEqualTo(789_652_004);
    assertThat(full.to()).isEqualTo(1_689_843_213);
  }

  @Test
  void ofRatings_keepsTheRatingsPerUser() {
    SampleSpec tenth = SampleSpec.ofRatings("tenth", 1, 3_383_216);
    assertThat(tenth.users()).isEqualTo(33_097);
    assertThat(tenth.ratings()).isEqualTo(3_383_216);
  }

  @Test
  void impossibleParameters_areRefusedInOneSentence() {
    assertRefused(
        () -> SampleSpec.full().named("../up", 1),
        "name must be 1 to 100 letters, digits, '.', '_' or '-', and start with a letter or digit");
    assertRefused(
        () -> SampleSpec.sample().withSize(0, 10, 10), "users must be 1 to 16777216, not 0");
    assertRefused(
        () -> SampleSpec.sample().withSize(10, 11, 10),
        "rated movies must be 1 to the number of movies (10), not 11");
    assertRefused(
        () -> SampleSpec.sample().withSize(10, 50_001, 50_001),
        "ratings must be at least one per user and two per rated movie (100002), not 100000");
    assertRefused(
        () -> SampleSpec.ofRatings("few", 1, 999), "ratings must be at least 1000, not 999");
  }

  private static void assertRefused(Runnable construction, String message) {
    assertThatThrownBy(construction::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
