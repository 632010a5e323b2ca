package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import com.craftyverse.recsys.format.Verdict.Check;
import com.craftyverse.recsys.format.Verdict.Decision;
import com.craftyverse.recsys.format.Verdict.Outcome;
import com.craftyverse.recsys.report.Evaluation.Interval;
import com.craftyverse.recsys.report.Evaluation.Published;
import com.craftyverse.recsys.report.Evaluation.Ranking;
import com.craftyverse.recsys.report.Evaluation.Ratings;
import com.craftyverse.recsys.report.Words.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The beginning of the report: the verdict in a sentence, the figures behind it, and every check of the gate.
record Verdicts(Documents documents, Evaluation evaluation) {
  /// What a reader looks for first comes first.
  private static final List<Outcome> ORDER =
      List.of(
          Outcome.REFUSED,
          Outcome.INSUFFICIENT,
          Outcome.UNDECIDED,
          Outcome.PASSED,
          Outcome.SKIPPED);

  /// Strokes of the icons, on a grid of 16 × 16.
  private static final Map<Outcome, String> ICONS =
      Map.of(
          Outcome.PASSED, "M5.2 8.2l2 2 3.6-4.2",
          Outcome.UNDECIDED, "M4.8 8.6c1-1.4 2.2-1.4 3.2-.4s2.2 1 3.2-.4",
          Outcome.REFUSED, "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
          Outcome.INSUFFICIENT, "M8 4.8v3.8M8 11.1v.1",
          Outcome.SKIPPED, "M5.2 8h5.6");

  Html.Element header() {
    Decision decision = evaluation.verdict().decision();
    Html.Element ids = el("p").of("ids num");
    ids.add(
        Html.foreign(documents.model().dataset()),
        text(", model "),
        Words.code(evaluation.modelId()),
        text(", trained " + Numbers.moment(documents.model().finished()) + ". "));
    consequence(ids);
    return el(
        "header",
        badge(decision),
        el("h1", Words.headline(evaluation)),
        el("p", String.join(" ", sentences())).of("say num"),
        ids);
  }

  private static Html badge(Decision decision) {
    return switch (decision) {
      case ACCEPTED -> el("p", icon(Outcome.PASSED), text("Accepted")).of("verdict ok");
      case REFUSED -> el("p", icon(Outcome.REFUSED), text("Refused")).of("verdict bad");
      case INSUFFICIENT_EVIDENCE ->
          el("p", icon(Outcome.INSUFFICIENT), text("Insufficient evidence")).of("verdict warn");
    };
  }

  private static Html icon(Outcome outcome) {
    return el(
            "svg",
            el("circle").attr("cx", 8).attr("cy", 8).attr("r", 6.6),
            el("path").attr("d", ICONS.getOrDefault(outcome, "")))
        .attr("viewBox", "0 0 16 16")
        .attr("width", 16)
        .attr("height", 16)
        .attr("aria-hidden", "true");
  }

  /// Says what the verdict means for what answers.
  private void consequence(Html.Element ids) {
    Published published = evaluation.published();
    if (published == null) {
      ids.text(
          evaluation.publishable()
              ? "It may become the first published model of its dataset."
              : "It may not be published, and its dataset has no published model yet.");
    } else if (evaluation.publishable()) {
      ids.text("It may take the place of ").add(Words.code(published.model())).text(".");
    } else {
      ids.add(Words.code(published.model())).text(" keeps answering.");
    }
  }

  private List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    Ranking ranking = evaluation.test().ranking();
    if (ranking != null) {
      addRanking(ranking, sentences);
    }
    Ratings judged = evaluation.test().judgedRatings();
    if (judged != null) {
      addRatings(judged, sentences);
    }
    if (!documents.hasRatings()) {
      sentences.add("The dataset has choices without ratings, so there are no ratings to predict.");
    }
    if (ranking == null && judged == null) {
      sentences.add("Nothing could be judged: " + evaluation.test().reason() + ".");
    }
    return sentences;
  }

  private static void addRanking(Ranking ranking, List<String> sentences) {
    Interval own = ranking.ndcgAt10(Words.main(ranking));
    Interval lately = ranking.ndcgAt10(Words.RECENTLY_POPULAR);
    Interval most = ranking.ndcgAt10(Words.MOST_POPULAR);
    Interval lead = ranking.lead().get(Words.RECENTLY_POPULAR);
    if (own == null || lately == null || most == null || lead == null) {
      return;
    }
    sentences.add(
        "Its recommendations have an NDCG@10 of "
            + Numbers.measure(own.value())
            + ", what was popular lately "
            + Numbers.measure(lately.value())
            + ", and the most popular items "
            + Numbers.measure(most.value())
            + "; its lead over the former is "
            + Numbers.signed(lead.value())
            + " (95\u00A0% interval "
            + Numbers.signedInterval(lead.low(), lead.high())
            + ").");
  }

  private void addRatings(Ratings judged, List<String> sentences) {
    boolean isReplay = evaluation.test().replayedRatings() != null;
    Interval difference =
        judged.detail() == null ? null : judged.detail().differences().get("biases");
    sentences.add(
        (isReplay
                ? "Replayed, each rating predicted from those that its user gave before, it has"
                : "Its predicted ratings have")
            + " an RMSE of "
            + Numbers.measure(judged.rmse())
            + ", biases alone "
            + Numbers.measure(judged.baselineRmse())
            + (difference == null
                ? "."
                : "; the difference is "
                    + Numbers.signed(difference.value())
                    + " ("
                    + Numbers.signedInterval(difference.low(), difference.high())
                    + ")."));
  }

  /// The four figures that a reader wants at a glance.
  Html.Element keyFigures() {
    Html.Element list = el("dl").of("key");
    Ranking ranking = evaluation.test().ranking();
    Interval own = ranking == null ? null : ranking.ndcgAt10(Words.main(ranking));
    Interval popular = ranking == null ? null : ranking.ndcgAt10(Words.RECENTLY_POPULAR);
    key(
        list,
        "NDCG@10",
        own == null ? "–" : Numbers.measure(own.value()),
        popular == null
            ? "no user to judge"
            : "popular lately " + Numbers.measure(popular.value()));
    if (!documents.hasRatings()) {
      addChoices(list, ranking);
      return list;
    }
    Ratings known = evaluation.test().ratings();
    Ratings ratings = known == null ? evaluation.test().judgedRatings() : known;
    key(
        list,
        known == null && ratings != null ? "RMSE, replayed" : "RMSE of known users",
        ratings == null ? "–" : Numbers.measure(ratings.rmse()),
        ratings == null
            ? "no rating to judge"
            : "biases " + Numbers.measure(ratings.baselineRmse()));
    Ratings judged = evaluation.test().judgedRatings();
    key(
        list,
        "Judged on",
        judged == null ? "0" : Numbers.count(judged.ratings()),
        judged == null
            ? "ratings"
            : "ratings of "
                + Numbers.count(judged.users(), "user")
                + (ranking == null ? "" : ", lists of " + Numbers.count(ranking.users())));
    key(
        list,
        "Learned from",
        Numbers.count(documents.card().trainRatings()),
        "ratings of " + Numbers.count(documents.card().users(), "user"));
    return list;
  }

  /// Adds the key figures of a model of choices.
  private void addChoices(Html.Element list, @Nullable Ranking ranking) {
    Interval hits = ranking == null ? null : hitRateAt10(ranking, Words.main(ranking));
    Interval popular = ranking == null ? null : hitRateAt10(ranking, Words.RECENTLY_POPULAR);
    key(
        list,
        "Hit rate@10",
        hits == null ? "–" : Numbers.percent(hits.value()),
        popular == null
            ? "no user to judge"
            : "popular lately " + Numbers.percent(popular.value()));
    key(
        list,
        "Judged on",
        ranking == null ? "0" : Numbers.count(ranking.heldOut()),
        ranking == null ? "choices" : "choices of " + Numbers.count(ranking.users(), "user"));
    key(
        list,
        "Learned from",
        Numbers.count(documents.card().trainRatings()),
        "choices of " + Numbers.count(documents.card().users(), "user"));
  }

  private static @Nullable Interval hitRateAt10(Ranking ranking, String name) {
    Evaluation.Ranker ranker = ranking.rankers().get(name);
    return ranker == null || ranker.all() == null ? null : ranker.all().at10().hitRate();
  }

  private static void key(Html.Element list, String term, String value, String note) {
    list.add(el("div", el("dt", term), el("dd", text(value), el("small", note))));
  }

  /// The NDCG@10 of the model beside that of its baselines; null if no user was judged.
  @Nullable Html rankers() {
    Ranking ranking = evaluation.test().ranking();
    if (ranking == null) {
      return null;
    }
    String main = Words.main(ranking);
    List<DotRows.Row> rows = new ArrayList<>();
    for (String name : Words.rankers(ranking)) {
      Interval ndcg = ranking.ndcgAt10(name);
      if (ndcg != null) {
        boolean isMain = name.equals(main);
        rows.add(
            new DotRows.Row(
                Words.ranker(name, main),
                "",
                ndcg.value(),
                ndcg.low(),
                ndcg.high(),
                null,
                Numbers.measure(ndcg.value()),
                Numbers.interval(ndcg.low(), ndcg.high()),
                isMain ? "rank" : "base",
                isMain));
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    return Words.figure(
        "NDCG@10",
        Words.legend(
            List.of(
                new Entry("rank", "this model, with its 95\u00A0% interval over users"),
                new Entry("base", "baselines on the same users"))),
        new DotRows("NDCG@10 of this model and of its baselines", rows, null).html());
  }

  Html.Element gate() {
    Decision decision = evaluation.verdict().decision();
    Html.Element section =
        Words.section(
            "gate",
            switch (decision) {
              case ACCEPTED -> "Why it was accepted";
              case REFUSED -> "Why it was refused";
              case INSUFFICIENT_EVIDENCE -> "What was checked";
            },
            "A model is refused if the data show that it is worse by more than a margin, or if a sanity"
                + " check fails. A difference that the data do not decide passes. A refused model stays in"
                + " the store, and what was published before goes on answering.");
    List<Check> checks = new ArrayList<>(evaluation.verdict().checks());
    checks.sort(Comparator.comparingInt(check -> ORDER.indexOf(check.outcome())));
    return section.add(el("ul").of("gate").add(checks.stream().map(Verdicts::check).toList()));
  }

  private static Html check(Check check) {
    return el(
            "li",
            icon(check.outcome()),
            el("b", text(Words.demand(check)), el("small", outcome(check.outcome()))),
            el("span", evidence(check)))
        .of(check.outcome().toString());
  }

  private static String outcome(Outcome outcome) {
    return switch (outcome) {
      case PASSED -> "holds";
      case UNDECIDED -> "undecided, so it passes";
      case REFUSED -> "fails";
      case INSUFFICIENT -> "too few data";
      case SKIPPED -> "not checked";
    };
  }

  private static String evidence(Check check) {
    StringBuilder evidence = new StringBuilder();
    if (check.difference() != null && check.low() != null && check.high() != null) {
      evidence
          .append(check.name().equals("rmse") ? "Its RMSE differs by " : "Its NDCG@10 differs by ")
          .append(Numbers.signed(check.difference()))
          .append(", interval ")
          .append(Numbers.signedInterval(check.low(), check.high()));
      if (check.margin() != null) {
        double margin = check.name().equals("rmse") ? check.margin() : -check.margin();
        evidence.append("; ").append(Numbers.signed(margin)).append(" would be borne");
      }
      evidence.append('.');
    }
    if (!evidence.isEmpty()) {
      return evidence.toString();
    }
    return check.reason() == null ? Words.purpose(check) : sentence(check.reason());
  }

  private static String sentence(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT)
        + words.substring(1)
        + (words.endsWith(".") ? "" : ".");
  }
}
