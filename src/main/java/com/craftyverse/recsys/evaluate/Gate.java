package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.format.Verdict.Check;
import com.craftyverse.recsys.format.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The gate: decides from the test set whether a model may be published.
///
/// *Sanity.* The model is refused if the published one has more than twice its ratings, users or items; if a
/// test rating is in training; if all training ratings are equal; or if the stored vectors of users do not fit
/// their ratings.
///
/// *Choices.* Without ratings, only the checks of sizes, of leaks, of users' stored ranking vectors and of lists
/// apply.
///
/// *Evidence.* Below 2,000 judged ratings, 100 users who gave them, or 100 users with judged lists, the data
/// decide nothing.
///
/// *Comparisons.* The model is compared with the regularized biases and what was popular lately, and with the
/// twin of the published model. It is refused if the whole 95 % interval of the difference lies beyond the
/// margin on the worse side. A difference that the data do not decide does not refuse it.
final class Gate {
  static final long MIN_RATINGS = 2_000;
  static final int MIN_USERS = 100;

  /// Least share of the published model's ratings, users and items.
  private static final double MIN_SIZE = 0.5;

  /// Highest RMSE of stored vectors on training ratings, as a multiple of that of the biases.
  private static final double MAX_STORED_RMSE = 1.1;

  /// Least share of users whose stored ranking vector is the one that their ratings give.
  private static final double MIN_MATCHING = 0.75;

  private final EvaluateParameters parameters;
  private final List<Check> checks = new ArrayList<>();

  private Gate(EvaluateParameters parameters) {
    this.parameters = parameters;
  }

  /// What the gate looks at.
  ///
  /// @param card the card of the model
  /// @param test the evaluation of the test set
  /// @param constantRatings whether all training ratings are equal
  /// @param vectors the stored vectors of users
  /// @param published the published model; null if there is none
  /// @param comparison the comparison with it; null if there is none
  record Evidence(
      ModelCard card,
      SetEvaluator.EvaluatedSet test,
      boolean constantRatings,
      StoredVectors vectors,
      @Nullable PublishedModel published,
      @Nullable PublishedFigures comparison) {}

  /// Returns the verdict.
  static Verdict judge(EvaluateParameters parameters, Evidence evidence) {
    Gate gate = new Gate(parameters);
    gate.checkSizes(evidence.card, evidence.published);
    gate.checkData(evidence);
    gate.checkStoredVectors(evidence.vectors);
    SetFigures test = evidence.test.figures();
    if (evidence.card.hasRatings()) {
      gate.checkRatings(
          test.replayedRatings() != null ? test.replayedRatings() : test.ratings(),
          evidence.comparison);
    }
    gate.checkRanking(test.ranking(), evidence.card.ranking() != null, evidence.comparison);
    if (evidence.comparison != null && evidence.comparison.reason() != null) {
      gate.checks.add(
          Check.of(
              "comparison",
              "published",
              Outcome.SKIPPED,
              "not compared with the published model "
                  + evidence.comparison.model()
                  + ": "
                  + evidence.comparison.reason()));
    }
    return Verdict.of(gate.checks);
  }

  private void checkSizes(ModelCard card, @Nullable PublishedModel published) {
    if (published == null || published.card() == null) {
      return;
    }
    ModelCard other = published.card();
    checkSize(rows(card), card.trainRatings(), other.trainRatings(), published.model());
    checkSize("users", card.users(), other.users(), published.model());
    checkSize("items", card.items(), other.items(), published.model());
  }

  private void checkSize(String subject, long count, long publishedCount, String published) {
    check(
        "size",
        subject,
        count < MIN_SIZE * publishedCount,
        "the training set has %,d %s, less than half of the %,d of the published model %s",
        count,
        subject,
        publishedCount,
        published);
  }

  private void checkData(Evidence evidence) {
    boolean hasRatings = evidence.card.hasRatings();
    check(
        hasRatings ? "testRatingsInTraining" : "testChoicesInTraining",
        rows(evidence.card),
        evidence.test.trainedOn() > 0,
        "%,d test %s are in the training set, too",
        evidence.test.trainedOn(),
        rows(evidence.card));
    if (!hasRatings) {
      return;
    }
    check("constantRatings", "ratings", evidence.constantRatings, "all training ratings are equal");
  }

  /// Returns what the rows of a model's data are called.
  private static String rows(ModelCard card) {
    return card.hasRatings() ? "ratings" : "choices";
  }

  private void checkStoredVectors(StoredVectors vectors) {
    if (vectors.users() < MIN_USERS || vectors.ratings() < MIN_RATINGS) {
      return;
    }
    if (vectors.rmse() != null && vectors.baselineRmse() != null) {
      check(
          "storedVectors",
          "ratings",
          vectors.rmse() > MAX_STORED_RMSE * vectors.baselineRmse(),
          "the stored vectors of users predict their own training ratings with an RMSE of %.4f, the"
              + " biases with %.4f",
          vectors.rmse(),
          vectors.baselineRmse());
    }
    if (vectors.matching() != null) {
      check(
          "storedVectors",
          "ranking",
          vectors.matching() < MIN_MATCHING,
          "only %.0f %% of users have the stored ranking vector that their training %s" + " give",
          100 * vectors.matching(),
          vectors.rmse() == null ? "choices" : "ratings");
    }
  }

  private void check(
      String name, String subject, boolean isRefused, String reason, Object... arguments) {
    checks.add(
        isRefused
            ? Check.of(
                name, subject, Outcome.REFUSED, String.format(Locale.ROOT, reason, arguments))
            : Check.of(name, subject, Outcome.PASSED, null));
  }

  private void checkRatings(
      @Nullable RatingFigures figures, @Nullable PublishedFigures comparison) {
    long ratings = figures == null ? 0 : figures.ratings();
    int users = figures == null ? 0 : figures.users();
    if (figures == null || figures.detail() == null || isTooFew(ratings, users)) {
      checks.add(
          Check.of(
              "evidence",
              "ratings",
              Outcome.INSUFFICIENT,
              String.format(
                  Locale.ROOT,
                  "only %,d test ratings of %,d users could be judged; a verdict takes %,d ratings"
                      + " of %,d users",
                  ratings,
                  users,
                  MIN_RATINGS,
                  MIN_USERS)));
      return;
    }
    Interval difference = figures.detail().differences().get("biases");
    if (difference != null) {
      compareRmse("biases", figures.rmse(), figures.baselineRmse(), difference);
    }
    PublishedFigures.Ratings other = comparison == null ? null : comparison.ratings();
    if (other == null) {
      return;
    }
    if (isTooFew(other.ratings(), other.users())) {
      checks.add(
          Check.of(
              "rmse",
              "published",
              Outcome.SKIPPED,
              String.format(
                  Locale.ROOT,
                  "only %,d test ratings of %,d users are later than the training data of the"
                      + " published model",
                  other.ratings(),
                  other.users())));
      return;
    }
    compareRmse("published", other.rmse(), other.publishedRmse(), other.difference());
  }

  private static boolean isTooFew(long ratings, int users) {
    return ratings < MIN_RATINGS || users < MIN_USERS;
  }

  private void compareRmse(String subject, double rmse, double other, Interval difference) {
    double margin = Objects.requireNonNull(parameters.rmseMargin()) * other;
    compare(
        new Comparison("rmse", "RMSE", "above", subject, rmse),
        difference,
        margin,
        difference.low() > margin,
        difference.high() > margin);
  }

  private void checkRanking(
      @Nullable RankingFigures figures, boolean ranks, @Nullable PublishedFigures comparison) {
    int users = figures == null ? 0 : figures.users();
    if (figures == null || users < MIN_USERS) {
      checks.add(
          Check.of(
              "evidence",
              "ranking",
              Outcome.INSUFFICIENT,
              String.format(
                  Locale.ROOT,
                  "only the lists of %,d users could be judged; a verdict takes %,d",
                  users,
                  MIN_USERS)));
      return;
    }
    String ranker = figures.rankers().keySet().iterator().next();
    Interval own = figures.ndcgAt10(ranker);
    Interval lead = figures.lead().get("recentlyPopular");
    if (!ranks) {
      checks.add(
          Check.of(
              "ndcgAt10",
              "recentlyPopular",
              Outcome.SKIPPED,
              "the model has no ranking vectors, so its lists are not compared with what was popular"
                  + " lately"));
    } else if (own != null && lead != null) {
      compareNdcg("recentlyPopular", own.value(), lead);
    }
    PublishedFigures.Ranking other = comparison == null ? null : comparison.ranking();
    if (other == null) {
      return;
    }
    if (other.users() < MIN_USERS) {
      checks.add(
          Check.of(
              "ndcgAt10",
              "published",
              Outcome.SKIPPED,
              String.format(
                  Locale.ROOT,
                  "the choices of only %,d users are later than the training data of the published"
                      + " model",
                  other.users())));
      return;
    }
    compareNdcg("published", other.ndcgAt10(), other.difference());
  }

  private void compareNdcg(String subject, double ndcg, Interval difference) {
    double margin = parameters.ndcgMargin();
    compare(
        new Comparison("ndcgAt10", "NDCG@10", "below", subject, ndcg),
        difference,
        margin,
        difference.high() < -margin,
        difference.low() < -margin);
  }

  /// The words of a comparison.
  private record Comparison(
      String name, String measure, String worse, String subject, double value) {}

  private void compare(
      Comparison comparison, Interval difference, double margin, boolean isWorse, boolean mayBe) {
    Outcome outcome = isWorse ? Outcome.REFUSED : mayBe ? Outcome.UNDECIDED : Outcome.PASSED;
    checks.add(
        new Check(
            comparison.name,
            comparison.subject,
            outcome,
            difference.value(),
            difference.low(),
            difference.high(),
            margin,
            isWorse ? reason(comparison, difference, margin) : null));
  }

  private static String reason(Comparison comparison, Interval difference, double margin) {
    double low = Math.min(Math.abs(difference.low()), Math.abs(difference.high()));
    double high = Math.max(Math.abs(difference.low()), Math.abs(difference.high()));
    return String.format(
        Locale.ROOT,
        "the %s of %.4f is %.4f (%.4f to %.4f) %s that of %s; the margin is %.4f",
        comparison.measure,
        comparison.value,
        Math.abs(difference.value()),
        low,
        high,
        comparison.worse,
        switch (comparison.subject) {
          case "biases" -> "the regularized biases";
          case "recentlyPopular" -> "what was popular lately";
          default -> "the published model";
        },
        margin);
  }
}
