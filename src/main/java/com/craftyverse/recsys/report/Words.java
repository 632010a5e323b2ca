package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.format.Verdict.Check;
import com.craftyverse.recsys.report.Evaluation.Interval;
import com.craftyverse.recsys.report.Evaluation.Ranking;
import com.craftyverse.recsys.report.Evaluation.Ratings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the report calls things, and pieces of markup that several sections use.
final class Words {
  static final String PREFERENCE = "preference";
  static final String RATING = "rating";
  static final String MOST_POPULAR = "mostPopular";
  static final String RECENTLY_POPULAR = "recentlyPopular";

  private static final double SEVERAL_TIMES = 1.5;

  private Words() {}

  /// Creates a section with a heading and a sentence below it.
  static Html.Element section(String id, String heading, String lead) {
    return el("section", el("h2", heading), el("p", lead).of("lead")).attr("id", id);
  }

  /// Creates a figure with a caption.
  ///
  /// @param note follows the caption, less prominent
  static Html.Element figure(String caption, Html note, Html... content) {
    return el("figure", el("figcaption", text(caption + " "), note)).add(content);
  }

  /// Creates a note of a caption.
  static Html note(String note) {
    return el("span", note);
  }

  /// Creates the legend of a chart.
  ///
  /// @param entries class and meaning of each mark
  static Html legend(List<Entry> entries) {
    Html.Element legend = el("span").of("legend");
    entries.forEach(entry -> legend.add(el("span", entry.meaning).of(entry.kind)));
    return legend;
  }

  /// An entry of a legend.
  record Entry(String kind, String meaning) {}

  /// Adds a term and its value to a list of them.
  static void pair(Html.Element list, String term, Html... values) {
    list.add(el("dt", term), el("dd", values));
  }

  static Html code(String text) {
    return el("code", text);
  }

  /// Returns the name of the ranker that orders the model's lists.
  static String main(Ranking ranking) {
    return ranking.rankers().containsKey(PREFERENCE) ? PREFERENCE : RATING;
  }

  /// Returns the name of a ranker.
  ///
  /// @param main the one of the model
  static String ranker(String name, String main) {
    if (name.equals(main)) {
      return "This model";
    }
    return switch (name) {
      case PREFERENCE -> "Preference";
      case RATING -> "Predicted rating";
      case MOST_POPULAR -> "Most popular";
      case RECENTLY_POPULAR -> "Popular lately";
      default -> name;
    };
  }

  /// Returns the rankers in the order of the report: the model first, then the stronger baselines.
  static List<String> rankers(Ranking ranking) {
    String main = main(ranking);
    List<String> known =
        List.of(main, RECENTLY_POPULAR, MOST_POPULAR, main.equals(RATING) ? PREFERENCE : RATING);
    return known.stream().filter(ranking.rankers()::containsKey).toList();
  }

  /// Returns the one sentence that a reader should remember.
  static String headline(Evaluation evaluation) {
    return switch (evaluation.verdict().decision()) {
      case REFUSED ->
          "Held back: "
              + evaluation.verdict().checks().stream()
                  .filter(check -> check.outcome() == Verdict.Outcome.REFUSED)
                  .map(Words::failure)
                  .findFirst()
                  .orElse("a check failed");
      case INSUFFICIENT_EVIDENCE ->
          evaluation.hasRatings()
              ? "Too few ratings to judge it by"
              : "Too few users to judge it by";
      case ACCEPTED -> success(evaluation);
    };
  }

  private static String success(Evaluation evaluation) {
    Ratings ratings = evaluation.test().judgedRatings();
    String rates = ratings == null ? null : ratingSuccess(ratings);
    Ranking ranking = evaluation.test().ranking();
    Interval lead = ranking == null ? null : ranking.lead().get(RECENTLY_POPULAR);
    Interval own = ranking == null ? null : ranking.ndcgAt10(main(ranking));
    Interval popular = ranking == null ? null : ranking.ndcgAt10(RECENTLY_POPULAR);
    if (lead == null || own == null || popular == null) {
      return rates == null ? "No check speaks against it" : rates;
    }
    if (lead.low() > 0) {
      return "Ranks " + factor(own.value(), popular.value()) + " what was popular lately";
    }
    if (lead.high() < 0) {
      return "Ranks worse than what was popular lately";
    }
    return (rates == null ? "Ranks" : rates + ", and ranks") + " like what was popular lately";
  }

  private static String factor(double value, double other) {
    if (!(other > 0)) {
      return "better than";
    }
    double ratio = value / other;
    return ratio >= SEVERAL_TIMES
        ? Numbers.fixed(ratio, 1) + " times as well as"
        : Numbers.fixed(100 * (ratio - 1), 0) + " % better than";
  }

  private static @Nullable String ratingSuccess(Ratings ratings) {
    Interval difference =
        ratings.detail() == null ? null : ratings.detail().differences().get("biases");
    if (difference == null) {
      return null;
    }
    if (difference.high() < 0) {
      return "Predicts ratings with "
          + Numbers.percent(-difference.value() / ratings.baselineRmse())
          + " less error than biases alone";
    }
    return difference.low() > 0
        ? "Predicts ratings worse than biases alone"
        : "Predicts ratings like biases alone";
  }

  private static String failure(Check check) {
    return switch (check.name() + "/" + check.subject()) {
      case "rmse/biases" -> "it predicts ratings worse than biases alone";
      case "rmse/published" -> "it predicts ratings worse than the published model";
      case "ndcgAt10/recentlyPopular" -> "it ranks worse than what was popular lately";
      case "ndcgAt10/published" -> "it ranks worse than the published model";
      case "testRatingsInTraining/ratings" -> "it has learned from test ratings";
      case "testChoicesInTraining/choices" -> "it has learned from test choices";
      case "constantRatings/ratings" -> "all its ratings are equal";
      case "size/ratings", "size/choices", "size/users", "size/items" ->
          "it knows less than half of the published model’s " + check.subject();
      case "storedVectors/ratings" -> "its stored vectors do not fit the users’ ratings";
      case "storedVectors/ranking" -> "its stored vectors do not fit what users chose";
      default -> "a check failed";
    };
  }

  /// Returns what a check asks for.
  static String demand(Check check) {
    return switch (check.name() + "/" + check.subject()) {
      case "rmse/biases" -> "It predicts ratings no worse than biases alone";
      case "rmse/published" -> "It predicts ratings no worse than the published model";
      case "ndcgAt10/recentlyPopular" -> "It ranks no worse than what was popular lately";
      case "ndcgAt10/published" -> "It ranks no worse than the published model";
      case "evidence/ratings" -> "There are enough test ratings";
      case "evidence/ranking" -> "There are enough lists";
      case "comparison/published" -> "It can be compared with the published model";
      case "testRatingsInTraining/ratings" -> "No test rating is in training";
      case "testChoicesInTraining/choices" -> "No test choice is in training";
      case "constantRatings/ratings" -> "Ratings differ";
      case "size/ratings", "size/choices", "size/users", "size/items" ->
          "It knows at least half of the published model’s " + check.subject();
      case "storedVectors/ratings" -> "Stored vectors predict their users’ ratings";
      case "storedVectors/ranking" -> "Stored ranking vectors fit what their users chose";
      default -> phrase(check.name()) + ": " + phrase(check.subject());
    };
  }

  /// Returns what a sanity check that holds is good for; empty for others.
  static String purpose(Check check) {
    return switch (check.name()) {
      case "testRatingsInTraining" ->
          "A model that has learned from test ratings looks better than it is.";
      case "testChoicesInTraining" ->
          "A model that has learned from test choices looks better than it is.";
      case "constantRatings" -> "Equal ratings say nothing about taste.";
      case "size" -> "A truncated upload must not replace a whole one.";
      case "storedVectors" -> "Shuffled or foreign vectors would not.";
      default -> "";
    };
  }

  /// Turns the name of a field into words: `userRegularization` into `user regularization`.
  static String phrase(String field) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (Character.isUpperCase(c)) {
        words.append(' ').append(Character.toLowerCase(c));
      } else {
        words.append(c);
      }
    }
    return words.toString();
  }
}
