package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.format.Verdict.Check;
import com.craftyverse.recsys.format.Verdict.Decision;
import com.craftyverse.recsys.format.Verdict.Outcome;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final EvaluateParameters DEFAULTS =
      new EvaluateParameters("preference", 3.65, null, 42, 0.005, 0.005);

  private Interval aboveBiases = new Interval(-0.05, -0.06, -0.04);
  private Interval aboveRecent = new Interval(0.05, 0.03, 0.07);
  private long ratings = 2_000;
  private int users = 100;
  private int listUsers = 100;
  private long trainedOn;
  private boolean constant;
  private boolean ofChoices;
  private StoredVectors vectors = new StoredVectors(200, 5_000, 0.8, 0.9, 0.99);
  private @Nullable ModelCard publishedCard;
  private @Nullable PublishedFigures comparison;

  private static ModelCard card(long trainRatings, int users, int items) {
    return new ModelCard(
        ModelCard.FORMAT_VERSION,
        "biased",
        "set",
        "new",
        8,
        0,
        3.5f,
        3.5f,
        RatingScale.STARS,
        1,
        users,
        items,
        trainRatings,
        Rows.TRAIN,
        null,
        new RankingCard(8, 0.01, 0.2, items, 0.5f, 5f),
        null,
        List.of());
  }

  private static ModelCard choicesCard(long trainChoices) {
    return new ModelCard(
        ModelCard.CHOICES_FORMAT_VERSION,
        ModelCard.RANKING,
        "set",
        "new",
        0,
        0,
        0,
        0,
        null,
        0,
        300,
        50,
        trainChoices,
        Rows.TRAIN,
        null,
        new RankingCard(8, 0.01, 0.2, 50, null, null),
        Feedback.CHOICES,
        List.of());
  }

  private Verdict judge() {
    RatingFigures replayed =
        new RatingFigures(
            ratings,
            users,
            0.85,
            0.6,
            0.9,
            1,
            0.95,
            true,
            new RatingDetail(
                Map.of("biases", aboveBiases), List.of(), List.of(), List.of(), List.of()));
    CutoffFigures figures =
        new CutoffFigures(
            new Interval(0.3, 0.28, 0.32),
            aboveRecent,
            aboveRecent,
            aboveRecent,
            aboveRecent,
            aboveRecent);
    RankingFigures ranking =
        new RankingFigures(
            listUsers,
            listUsers,
            0,
            1_000,
            0,
            50,
            Map.of(
                "preference",
                new RankerFigures(
                    new RankerFigures.Relevance(figures, figures),
                    null,
                    new ListFigures(1, 0, 1),
                    new ListFigures(1, 0, 1))),
            Map.of("recentlyPopular", aboveRecent),
            List.of(),
            List.of(),
            List.of());
    return Gate.judge(
        DEFAULTS,
        new Gate.Evidence(
            ofChoices ? choicesCard(10_000) : card(10_000, 300, 50),
            new SetEvaluator.EvaluatedSet(
                new SetFigures(null, null, ofChoices ? null : replayed, ranking, null),
                null,
                null,
                trainedOn,
                List.of()),
            constant,
            vectors,
            publishedCard == null
                ? null
                : new PublishedModel("old", "twin", "models/set/twin/", publishedCard, 1.0),
            comparison));
  }

  private static Check check(Verdict verdict, String name, String subject) {
    return verdict.checks().stream()
        .filter(check -> check.name().equals(name) && check.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void goodModel_isAccepted_withoutReasons() {
    Verdict verdict = judge();
    assertThat(verdict.decision()).isEqualTo(Decision.ACCEPTED);
    assertThat(verdict.reasons()).isEmpty();
    assertThat(verdict.checks()).extracting(Check::outcome).containsOnly(Outcome.PASSED);
    assertThat(check(verdict, "rmse", "biases"))
        .isEqualTo(
            new Check("rmse", "biases", Outcome.PASSED, -0.05, -0.06, -0.04, 0.005 * 0.9, null));
  }

  @ParameterizedTest
  @CsvSource({
    "2000, 100, 100, ACCEPTED",
    "1999, 100, 100, INSUFFICIENT_EVIDENCE",
    "2000, 99, 100, INSUFFICIENT_EVIDENCE",
    "2000, 100, 99, INSUFFICIENT_EVIDENCE"
  })
  void evidence_hasItsLimits(long rows, int judged, int listed, Decision expected) {
    ratings = rows;
    users = judged;
    listUsers = listed;
    assertThat(judge().decision()).isEqualTo(expected);
  }

  @Test
  void tooFewRatings_areCounted() {
    ratings = 1_234;
    users = 45;
    listUsers = 40;
    assertThat(judge().reasons())
        .containsExactly(
            "only 1,234 test ratings of 45 users could be judged; a verdict takes 2,000 ratings of"
                + " 100 users",
            "only the lists of 40 users could be judged; a verdict takes 100");
  }

  /// The margin is 0.0045 for biases with an RMSE of 0.9.
  @ParameterizedTest
  @CsvSource({
    "0.0046, 0.0200, REFUSED",
    "0.0044, 0.0200, UNDECIDED",
    "-0.010, 0.0046, UNDECIDED",
    "-0.010, 0.0044, PASSED"
  })
  void rmse_refusesOnlyIfTheWholeIntervalIsBeyondTheMargin(
      double low, double high, Outcome expected) {
    aboveBiases = new Interval((low + high) / 2, low, high);
    Verdict verdict = judge();
    assertThat(check(verdict, "rmse", "biases").outcome()).isEqualTo(expected);
    assertThat(verdict.decision())
        .isEqualTo(expected == Outcome.REFUSED ? Decision.REFUSED : Decision.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.02, -0.0051, REFUSED",
    "-0.02, -0.0049, UNDECIDED",
    "-0.0051, 0.01, UNDECIDED",
    "-0.0049, 0.01, PASSED"
  })
  void ndcg_refusesOnlyIfTheWholeIntervalIsBeyondTheMargin(
      double low, double high, Outcome expected) {
    aboveRecent = new Interval((low + high) / 2, low, high);
    Verdict verdict = judge();
    assertThat(check(verdict, "ndcgAt10", "recentlyPopular").outcome()).isEqualTo(expected);
    assertThat(verdict.decision())
        .isEqualTo(expected == Outcome.REFUSED ? Decision.REFUSED : Decision.ACCEPTED);
  }

  @Test
  void everyReason_isNamed() {
    aboveBiases = new Interval(0.02, 0.01, 0.03);
    aboveRecent = new Interval(-0.02, -0.03, -0.01);
    trainedOn = 3;
    constant = true;
    vectors = new StoredVectors(200, 5_000, 1.1, 0.9, 0.4);
    publishedCard = card(20_001, 600, 101);
    assertThat(judge().reasons())
        .containsExactly(
            "the training set has 10,000 ratings, less than half of the 20,001 of the published"
                + " model old",
            "the training set has 50 items, less than half of the 101 of the published model old",
            "3 test ratings are in the training set, too",
            "all training ratings are equal",
            "the stored vectors of users predict their own training ratings with an RMSE of 1.1000,"
                + " the biases with 0.9000",
            "only 40 % of users have the stored ranking vector that their training ratings give",
            "the RMSE of 0.8500 is 0.0200 (0.0100 to 0.0300) above that of the regularized biases;"
                + " the margin is 0.0045",
            "the NDCG@10 of 0.3000 is 0.0200 (0.0100 to 0.0300) below that of what was popular"
                + " lately; the margin is 0.0050");
  }

  @Test
  void publishedModel_isComparedWith() {
    comparison =
        new PublishedFigures(
            "old",
            "twin",
            new PublishedFigures.Ratings(2_000, 100, 0.86, 0.8, new Interval(0.06, 0.05, 0.07)),
            new PublishedFigures.Ranking(100, 0.3, 0.4, new Interval(-0.1, -0.12, -0.08)),
            null);
    assertThat(judge().reasons())
        .containsExactly(
            "the RMSE of 0.8600 is 0.0600 (0.0500 to 0.0700) above that of the published model; the"
                + " margin is 0.0040",
            "the NDCG@10 of 0.3000 is 0.1000 (0.0800 to 0.1200) below that of the published model;"
                + " the margin is 0.0050");
  }

  @Test
  void publishedModelThatCannotBeCompared_isNamed_andDoesNotRefuse() {
    comparison = new PublishedFigures("old", "twin", null, null, "it is too new");
    Verdict verdict = judge();
    assertThat(verdict.decision()).isEqualTo(Decision.ACCEPTED);
    assertThat(verdict.reasons())
        .containsExactly("not compared with the published model old: it is too new");
    comparison =
        new PublishedFigures(
            "old",
            "twin",
            new PublishedFigures.Ratings(1_999, 100, 2, 1, new Interval(1, 1, 1)),
            new PublishedFigures.Ranking(99, 0.1, 0.4, new Interval(-0.3, -0.3, -0.3)),
            null);
    verdict = judge();
    assertThat(verdict.decision()).isEqualTo(Decision.ACCEPTED);
    assertThat(check(verdict, "rmse", "published").outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(check(verdict, "ndcgAt10", "published").outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void choices_areJudgedByTheirListsAlone() {
    ofChoices = true;
    vectors = new StoredVectors(200, 5_000, null, null, 0.99);
    Verdict verdict = judge();
    assertThat(verdict.decision()).isEqualTo(Decision.ACCEPTED);
    assertThat(verdict.checks())
        .extracting(check -> check.name() + "/" + check.subject())
        .containsExactly(
            "testChoicesInTraining/choices", "storedVectors/ranking", "ndcgAt10/recentlyPopular");

    listUsers = 99;
    assertThat(judge().decision()).isEqualTo(Decision.INSUFFICIENT_EVIDENCE);
  }

  @Test
  void choices_areRefused_inTheirOwnWords() {
    ofChoices = true;
    vectors = new StoredVectors(200, 5_000, null, null, 0.4);
    aboveRecent = new Interval(-0.05, -0.07, -0.03);
    trainedOn = 3;
    publishedCard = choicesCard(30_000);
    assertThat(judge().reasons())
        .containsExactly(
            "the training set has 10,000 choices, less than half of the 30,000 of the published"
                + " model old",
            "3 test choices are in the training set, too",
            "only 40 % of users have the stored ranking vector that their training choices give",
            "the NDCG@10 of 0.3000 is 0.0500 (0.0300 to 0.0700) below that of what was popular"
                + " lately; the margin is 0.0050");
  }

  @Test
  void modelOfRatings_cannotBeComparedWithOneOfChoices() {
    EvaluationSources choices =
        new EvaluationSources(
            "index", "split", RankingEvaluation.Protocol.REPLAY, Feedback.CHOICES, 1.0);
    assertThat(
            new PublishedModel("old", "twin", "models/set/twin/", card(1, 1, 1), 1.0)
                .obstacle(choices))
        .isEqualTo("it learned from ratings, and this model from choices without ratings");
    assertThat(
            new PublishedModel("old", "twin", "models/set/twin/", choicesCard(1), 1.0)
                .obstacle(choices))
        .isNull();
  }
}
