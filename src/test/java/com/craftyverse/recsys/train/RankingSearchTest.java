package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingSearchTest {
  private static final int USERS = 200;
  private static final int ITEMS = 90;

  private static Choices choices() {
    Random random = new Random(2);
    int[] user = new int[USERS * ITEMS];
    int[] item = new int[USERS * ITEMS];
    float[] weight = new float[USERS * ITEMS];
    Arrays.fill(weight, 1);
    int size = 0;
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (random.nextInt(100) < (u % 6 == i % 6 ? 50 : 5)) {
          user[size] = u;
          item[size++] = i;
        }
      }
    }
    return Choices.of(
        USERS,
        ITEMS,
        Arrays.copyOf(user, size),
        Arrays.copyOf(item, size),
        Arrays.copyOf(weight, size));
  }

  @Test
  void holdOut_isAQuarterOfEachUsersChoices() {
    Choices choices = choices();
    HoldOut holdOut = HoldOut.ofTraining(choices, Integer.MAX_VALUE, Integer.MAX_VALUE, 42);

    Choices.Rows all = choices.byUser();
    Choices.Rows training = holdOut.training().byUser();
    NdcgEvaluator.TestCases cases = holdOut.cases();
    assertThat(cases.size()).isEqualTo(USERS);
    assertThat(holdOut.training().users()).isEqualTo(choices.users());
    for (int user = 0; user < USERS; user++) {
      int heldOut = cases.start()[user + 1] - cases.start()[user];
      assertThat(cases.users()[user]).isEqualTo(user);
      assertThat(heldOut).isEqualTo(Math.round(all.count(user) / 4f));
      int[] together = new int[heldOut + training.count(user)];
      System.arraycopy(cases.items(), cases.start()[user], together, 0, heldOut);
      System.arraycopy(
          training.index(), training.start()[user], together, heldOut, training.count(user));
      Arrays.sort(together);
      assertThat(together)
          .isEqualTo(Arrays.copyOfRange(all.index(), all.start()[user], all.start()[user + 1]));
    }
  }

  /// Returns how many of a user's choices are held out.
  private static int quarter(Choices choices, int row) {
    return Math.round(choices.byUser().count(row) / 4f);
  }

  @Test
  void holdOut_ofALargeSet_samplesUsers() {
    Choices choices = choices();
    HoldOut holdOut = HoldOut.ofTraining(choices, 700, 20, 42);
    HoldOut other = HoldOut.ofTraining(choices, 700, 20, 43);

    assertThat(holdOut.cases().size()).isEqualTo(20);
    int[] rows = Choices.places(choices.users());
    int trainingSize = 0;
    for (int user : holdOut.training().users()) {
      trainingSize += choices.byUser().count(rows[user]) - quarter(choices, rows[user]);
    }
    int testItems = 0;
    for (int user : holdOut.cases().users()) {
      testItems += quarter(choices, rows[holdOut.training().users()[user]]);
    }
    assertThat(holdOut.training().size()).isEqualTo(trainingSize);
    assertThat(holdOut.cases().items()).hasSize(testItems);
    assertThat(holdOut.training().items()).isEqualTo(choices.items());
    assertThat(other.training().users()).isNotEqualTo(holdOut.training().users());
    for (int i = 0; i < 20; i++) {
      int user = holdOut.training().users()[holdOut.cases().users()[i]];
      int row = rows[user];
      for (int at = holdOut.cases().start()[i]; at < holdOut.cases().start()[i + 1]; at++) {
        assertThat(
                Arrays.binarySearch(
                    choices.byUser().index(),
                    choices.byUser().start()[row],
                    choices.byUser().start()[row + 1],
                    holdOut.cases().items()[at]))
            .isNotNegative();
      }
    }
  }

  @Test
  void search_findsPenaltiesThatRankTheGroups_andRejectsThoseThatCollapse() throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", 2)) {
      Choices choices = choices();
      HoldOut holdOut = HoldOut.ofTraining(choices, Integer.MAX_VALUE, Integer.MAX_VALUE, 42);

      RankingSearch.Result result =
          new RankingSearch("test", choices, holdOut, 8, 42, Kernels.scalar(), workers).run();

      List<RankingTrial> trials = result.trials();
      assertThat(trials.subList(0, 6)).allMatch(trial -> trial.epochs() == 4);
      assertThat(trials.subList(trials.size() - 6, trials.size()))
          .allMatch(trial -> trial.epochs() == 8);
      RankingTrial best = RankingSearch.best(trials.subList(trials.size() - 6, trials.size()));
      assertThat(best.collapsed()).isFalse();
      // Two of about nine unknown items of the group are held out, so this is close to the maximum.
      assertThat(best.ndcg()).isGreaterThan(0.4);
      assertThat(result.regularization()).isEqualTo(best.regularization());
    }
  }

  /// ρ₀ of a part is higher than that of the whole, and so is the best ρ.
  @Test
  void search_onSomeUsers_scalesTheResultWithTheGuess() throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", 2)) {
      Choices choices = choices();
      HoldOut holdOut = HoldOut.ofTraining(choices, choices.size() / 2, Integer.MAX_VALUE, 42);

      RankingSearch.Result result =
          new RankingSearch("test", choices, holdOut, 8, 42, Kernels.scalar(), workers).run();

      List<RankingTrial> trials = result.trials();
      RankingTrial best = RankingSearch.best(trials.subList(trials.size() - 6, trials.size()));
      double carried =
          RankingSearch.guess(choices, choices.size())
              / RankingSearch.guess(holdOut.training(), holdOut.available());
      assertThat(carried).isBetween(0.5, 0.95);
      assertThat(result.regularization()).isCloseTo(best.regularization() * carried, within(1e-12));
    }
  }

  /// With one choice per user, nothing can be held out, and the guess is too high.
  @Test
  void search_withoutTestCases_takesAPenaltyThatDoesNotCollapse() throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", 2)) {
      int[] user = {0, 1, 2};
      int[] item = {0, 0, 1};
      float[] weight = {1, 1, 1};
      Choices choices = Choices.of(3, 2, user, item, weight);
      HoldOut holdOut = HoldOut.ofTraining(choices, Integer.MAX_VALUE, Integer.MAX_VALUE, 42);

      RankingSearch.Result result =
          new RankingSearch("test", choices, holdOut, 8, 42, Kernels.scalar(), workers).run();

      assertThat(holdOut.cases().size()).isZero();
      assertThat(result.trials()).hasSizeGreaterThan(1);
      assertThat(result.trials().getFirst().collapsed()).isTrue();
      assertThat(result.trials().getLast().collapsed()).isFalse();
      assertThat(result.regularization())
          .isCloseTo(result.trials().getLast().regularization(), within(1e-12));
    }
  }

  @Test
  void collapsedTrial_ranksBelowAnyOther() {
    RankingTrial collapsed = new RankingTrial(1, 1, 8, 4, 10, 5, 0.4, 100, true, 1);
    RankingTrial poor = new RankingTrial(1, 1, 8, 4, 10, 5, 0, 50, false, 1);

    assertThat(RankingSearch.best(List.of(collapsed, poor))).isEqualTo(poor);
  }

  /// Three items score 3, 2 and 2 for one user, who has chosen the first.
  @Test
  void ndcg_excludesKnownItems_andBreaksTiesByItem() throws IOException {
    int[] user = {0, 1, 1, 1};
    int[] item = {0, 0, 1, 2};
    float[] weight = {1, 1, 1, 1};
    Choices choices = Choices.of(2, 3, user, item, weight);
    int row = Choices.places(choices.users())[0];
    RankingFactors vectors = new RankingFactors(1, 16, new float[32], new float[48]);
    vectors.users()[row * 16] = 1;
    float[] scores = {3, 2, 2};
    for (int i = 0; i < 3; i++) {
      vectors.items()[i * 16] = scores[choices.items()[i]];
    }
    try (WorkerPool workers = new WorkerPool("train", "test", 1)) {
      for (int relevant = 1; relevant < 3; relevant++) {
        int[] result = {Choices.places(choices.items())[relevant]};
        NdcgEvaluator.TestCases cases =
            new NdcgEvaluator.TestCases(new int[] {row}, new int[] {0, 1}, result);

        double ndcg = new NdcgEvaluator(choices, cases, Kernels.scalar(), workers).ndcg(vectors);

        assertThat(ndcg).isCloseTo(Math.log(2) / Math.log(relevant + 1), within(1e-12));
      }
    }
  }
}
