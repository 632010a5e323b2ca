package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UncertaintyFitTest {
  private static final RatingScale STARS = RatingScale.STARS;

  /// Draws an error for a user.
  private interface Errors {
    double draw(Random random, int user, int rating);
  }

  /// Returns users with 100 errors each, 50 of rare and 50 of popular items.
  private static List<UserErrors> users(int from, int to, Errors errors) {
    Random random = new Random(from);
    List<UserErrors> users = new ArrayList<>();
    for (int user = from; user < to; user++) {
      UserErrors one = new UserErrors(user);
      for (int i = 0; i < 100; i++) {
        one.add(errors.draw(random, user, i), 20, i % 2 == 0 ? 5 : 5_000, STARS);
      }
      users.add(one);
    }
    return users;
  }

  private static @Nullable Uncertainty fit(List<UserErrors> validation, List<UserErrors> test)
      throws IOException {
    try (WorkerPool workers = new WorkerPool("evaluate", "test", 2)) {
      return UncertaintyFit.of(validation, test, STARS, 42, workers);
    }
  }

  @Test
  void normalErrors_haveTheirDeviation_inEachBand() throws IOException {
    Errors errors = (random, user, i) -> (i % 2 == 0 ? 1.0 : 0.6) * random.nextGaussian();

    Uncertainty uncertainty =
        Objects.requireNonNull(fit(users(1_000, 1_200, errors), users(0, 400, errors)));

    assertThat(uncertainty.bands())
        .extracting(
            UncertaintyBand::knownFrom,
            UncertaintyBand::knownTo,
            UncertaintyBand::popularFrom,
            UncertaintyBand::popularTo,
            UncertaintyBand::ratings,
            UncertaintyBand::users)
        .containsExactly(
            tuple(20, 99, 0, 9, 30_000L, 600), tuple(20, 99, 1_000, 9_999, 30_000L, 600));
    assertThat(uncertainty.bands().get(0).standardError()).isCloseTo(1.0, within(0.02));
    assertThat(uncertainty.bands().get(1).standardError()).isCloseTo(0.6, within(0.02));
    assertThat(uncertainty.ratings()).isEqualTo(40_000);
    assertThat(uncertainty.users()).isEqualTo(400);
    Interval coverage = Objects.requireNonNull(uncertainty.coverage());
    assertThat(coverage.value()).isBetween(0.78, 0.82);
    assertThat(0.8).isBetween(coverage.low(), coverage.high());
  }

  /// Errors with a long tail have a larger deviation than normal ones with the same 80 % interval.
  @Test
  void errorsWithALongTail_areCoveredAsWell() throws IOException {
    Errors errors =
        (random, user, i) ->
            (random.nextBoolean() ? 0.5 : -0.5) * -Math.log(1 - random.nextDouble());

    Uncertainty uncertainty = Objects.requireNonNull(fit(List.of(), users(0, 400, errors)));

    assertThat(Objects.requireNonNull(uncertainty.coverage()).value()).isBetween(0.78, 0.82);
    assertThat(uncertainty.bands().getFirst().standardError())
        .isCloseTo(0.5 * Math.log(5) / 1.2816, within(0.02));
  }

  /// Nobody's own errors widen the interval that judges them: with errors of 0 and 2 by half, the narrow half
  /// is all covered, and the wide one not at all.
  @Test
  void coverage_isJudgedByOtherUsers() throws IOException {
    IntToDoubleFunction error = user -> new UserErrors(user).half() == 0 ? 0.01 : 2;
    List<UserErrors> test = users(0, 400, (random, user, i) -> error.applyAsDouble(user));
    double narrow = test.stream().filter(user -> user.half() == 0).count() / 400.0;

    Uncertainty uncertainty = Objects.requireNonNull(fit(List.of(), test));

    assertThat(narrow).isBetween(0.4, 0.6);
    assertThat(Objects.requireNonNull(uncertainty.coverage()).value())
        .isCloseTo(narrow, within(1e-12));
  }

  @Test
  void fewRatingsOrUsers_giveNoStandardError() throws IOException {
    Errors errors = (random, user, i) -> random.nextGaussian();

    assertThat(fit(List.of(), users(0, 9, errors))).isNull();
    assertThat(fit(List.of(), List.of())).isNull();
    // Enough of all users, but of neither half.
    Uncertainty few = Objects.requireNonNull(fit(users(20, 26, errors), users(0, 6, errors)));
    assertThat(few.bands()).hasSize(2);
    assertThat(few.coverage()).isNull();
    assertThat(few.ratings()).isZero();
  }
}
