package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import com.craftyverse.recsys.report.Evaluation.Cutoff;
import com.craftyverse.recsys.report.Evaluation.Interval;
import com.craftyverse.recsys.report.Evaluation.Published;
import com.craftyverse.recsys.report.Evaluation.Ranker;
import com.craftyverse.recsys.report.Evaluation.Ranking;
import com.craftyverse.recsys.report.Evaluation.Ratings;
import com.craftyverse.recsys.report.Evaluation.Relevance;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The tables of measures, beside those of baselines.
record Scorecard(Documents documents, Evaluation evaluation) {
  Html.Element html() {
    Html.Element section =
        Words.section(
            "score",
            "Scorecard",
            documents.say(
                    documents.isByTime()
                        ? "Everything is measured on ratings that are later than those the model learned"
                            + " from."
                        : "Everything is measured on ratings that the model did not learn from.")
                + " Below a figure stands its 95\u00A0% interval over users.");
    Ratings known = evaluation.test().ratings();
    Ratings replayed = evaluation.test().replayedRatings();
    if (known != null || replayed != null) {
      section.add(
          el("h3", text("How well ratings are predicted "), Words.note("lower is better")),
          ratings(known, replayed));
    }
    Ranking ranking = evaluation.test().ranking();
    if (ranking != null) {
      section.add(
          el(
              "h3",
              text("How well items are ranked "),
              Words.note(
                  Numbers.count(ranking.users(), "user")
                      + ", "
                      + Numbers.count(ranking.items(), "item")
                      + " less those known of the user; higher is better")),
          rankings(ranking));
    }
    if (evaluation.test().reason() != null) {
      section.add(
          el("p", "Figures are missing because " + evaluation.test().reason() + ".").of("lead"));
    }
    Published published = evaluation.published();
    if (published != null) {
      section.add(comparison(published));
    }
    section.add(validation());
    return section;
  }

  /// A prediction of ratings: its name, and its RMSE in a set.
  private record Prediction(String name, String key, ToDoubleFunction<Ratings> rmse) {}

  private static final List<Prediction> PREDICTIONS =
      List.of(
          new Prediction("This model", "", Ratings::rmse),
          new Prediction("Biases", "biases", Ratings::baselineRmse),
          new Prediction("Item’s mean", "itemMean", Ratings::itemMeanRmse),
          new Prediction("Mean of all", "globalMean", Ratings::globalMeanRmse));

  /// A set of judged ratings.
  private record Column(String name, Ratings ratings) {}

  private static Html ratings(@Nullable Ratings known, @Nullable Ratings replayed) {
    List<Column> columns = new ArrayList<>();
    if (known != null) {
      columns.add(new Column("Known users and items", known));
    }
    if (replayed != null) {
      columns.add(new Column("All users, replayed", replayed));
    }
    Html.Element groups = el("tr", el("td"));
    Html.Element heads = el("tr", Tables.corner("Prediction"));
    for (Column column : columns) {
      boolean hasDetail = column.ratings.detail() != null;
      groups.add(
          el(
                  "th",
                  text(column.name),
                  el(
                      "small",
                      Numbers.count(column.ratings.ratings(), "rating")
                          + ", "
                          + Numbers.count(column.ratings.users(), "user")))
              .attr("colspan", hasDetail ? "3" : "2")
              .attr("scope", "colgroup"));
      heads.add(Tables.head("RMSE").of("g"), Tables.head("MAE"));
      if (hasDetail) {
        heads.add(Tables.head("Model less this"));
      }
    }
    Html.Element body = el("tbody");
    for (Prediction prediction : PREDICTIONS) {
      Html.Element row = el("tr", Tables.rowHead(prediction.name));
      boolean isModel = prediction.key.isEmpty();
      for (Column column : columns) {
        String prefix =
            columns.size() == 1 ? "" : columns.indexOf(column) == 0 ? "Known: " : "Replayed: ";
        Ratings figures = column.ratings;
        row.add(
            Tables.cell(prefix + "RMSE", Numbers.measure(prediction.rmse.applyAsDouble(figures)))
                .of("g"),
            isModel ? Tables.cell(prefix + "MAE", Numbers.measure(figures.mae())) : Tables.empty());
        if (figures.detail() != null) {
          Interval difference = figures.detail().differences().get(prediction.key);
          row.add(
              difference == null
                  ? Tables.empty()
                  : Tables.cell(
                      "Model less this",
                      Numbers.signed(difference.value()),
                      Numbers.signedInterval(difference.low(), difference.high())));
        }
      }
      body.add(isModel ? row.of("me") : row);
    }
    return Tables.table(
        "RMSE and MAE of the model, and RMSE of simpler predictions",
        el("thead", groups, heads),
        body);
  }

  private Html rankings(Ranking ranking) {
    String main = Words.main(ranking);
    boolean hasRatings = documents.hasRatings();
    Html.Element heads =
        el("tr", Tables.corner("Ranking"), Tables.head("NDCG@10"), Tables.head("Model less this"));
    if (hasRatings) {
      heads.add(Tables.head("NDCG@10, liked"));
    }
    Html head =
        el(
            "thead",
            heads.add(
                Tables.head("NDCG@20"),
                Tables.head("Recall@10"),
                Tables.head("Hit rate@10"),
                Tables.head("MRR@10"),
                Tables.head("Coverage"),
                Tables.head("Popularity")));
    Html.Element body = el("tbody");
    for (String name : Words.rankers(ranking)) {
      Ranker ranker = ranking.rankers().get(name);
      if (ranker == null || ranker.all() == null) {
        continue;
      }
      Cutoff at10 = ranker.all().at10();
      Interval lead = ranking.lead().get(name);
      Relevance liked = ranker.liked();
      Html.Element row =
          el(
              "tr",
              Tables.rowHead(Words.ranker(name, main)),
              interval("NDCG@10", at10.ndcg()),
              lead == null
                  ? Tables.empty()
                  : Tables.cell(
                      "Model less this",
                      sign(lead.value()),
                      sign(lead.low()) + " to " + sign(lead.high())));
      if (hasRatings) {
        row.add(liked == null ? Tables.empty() : interval("NDCG@10, liked", liked.at10().ndcg()));
      }
      row.add(
          interval("NDCG@20", ranker.all().at20().ndcg()),
          interval("Recall@10", at10.recall()),
          interval("Hit rate@10", at10.hitRate()),
          interval("MRR@10", at10.mrr()),
          Tables.cell("Coverage", Numbers.percent(ranker.listsAt10().coverage())),
          Tables.cell("Popularity", Numbers.decimal(ranker.listsAt10().medianPopularity(), 1)));
      body.add(name.equals(main) ? row.of("me") : row);
    }
    return Tables.table("Measures of the model’s lists and of simpler lists", head, body);
  }

  private static Html interval(String label, Interval interval) {
    return Tables.cell(
        label,
        Numbers.fixed(interval.value(), 3),
        Numbers.fixed(interval.low(), 3) + " – " + Numbers.fixed(interval.high(), 3));
  }

  private static String sign(double value) {
    String text = Numbers.fixed(value, 3);
    return text.startsWith("−") || text.equals(Numbers.fixed(0, 3)) ? text : "+" + text;
  }

  private Html comparison(Published published) {
    Html.Element part =
        el(
            "div",
            el(
                "h3",
                text("Beside the published model "),
                el("span", Words.code(published.model()))));
    String scored =
        published.scoredModel().equals(published.model())
            ? ""
            : " Its scored twin " + published.scoredModel() + " stands in for it.";
    if (published.reason() != null) {
      return part.add(
          el("p", "They are not compared: " + published.reason() + "." + scored).of("lead"));
    }
    part.add(
        el(
                "p",
                documents.say(
                        "Both are judged on the test ratings that are later than those the published"
                            + " one learned from.")
                    + scored)
            .of("lead"));
    Html.Element body = el("tbody");
    Evaluation.ComparedRatings ratings = published.ratings();
    if (ratings != null) {
      body.add(
          row(
              "RMSE, lower is better",
              ratings.rmse(),
              ratings.publishedRmse(),
              ratings.difference(),
              Numbers.count(ratings.ratings(), "rating")
                  + ", "
                  + Numbers.count(ratings.users(), "user")));
    }
    Evaluation.ComparedRanking ranking = published.ranking();
    if (ranking != null) {
      body.add(
          row(
              "NDCG@10, higher is better",
              ranking.ndcgAt10(),
              ranking.publishedNdcgAt10(),
              ranking.difference(),
              Numbers.count(ranking.users(), "user")));
    }
    return part.add(
        Tables.table(
            "The model and the published one",
            el(
                "thead",
                el(
                    "tr",
                    Tables.corner("Measure"),
                    Tables.head("This model"),
                    Tables.head("Published"),
                    Tables.head("Difference"),
                    Tables.head("Judged on"))),
            body));
  }

  private static Html row(
      String measure, double own, double other, Interval difference, String judgedOn) {
    return el(
        "tr",
        Tables.rowHead(measure),
        Tables.cell("This model", Numbers.measure(own)),
        Tables.cell("Published", Numbers.measure(other)),
        Tables.cell(
            "Difference",
            Numbers.signed(difference.value()),
            Numbers.signedInterval(difference.low(), difference.high())),
        Tables.cell("Judged on", judgedOn));
  }

  private Html validation() {
    Html.Element words = el("p").of("lead num");
    Evaluation.FigureSet set = evaluation.validation();
    Ratings ratings = set.ratings();
    Ranking ranking = set.ranking();
    Interval ndcg = ranking == null ? null : ranking.ndcgAt10(Words.main(ranking));
    if (ratings == null && ndcg == null) {
      return words.text("The validation set has no figures: " + set.reason() + ".");
    }
    return words.text(
        "On the validation set, which had a part in choosing the model: "
            + (ratings == null
                ? ""
                : "RMSE "
                    + Numbers.measure(ratings.rmse())
                    + " on "
                    + Numbers.count(ratings.ratings(), "rating")
                    + " of known users, biases "
                    + Numbers.measure(ratings.baselineRmse()))
            + (ratings == null || ndcg == null ? "" : "; ")
            + (ndcg == null
                ? ""
                : "NDCG@10 "
                    + Numbers.measure(ndcg.value())
                    + " ("
                    + Numbers.interval(ndcg.low(), ndcg.high())
                    + ")")
            + ".");
  }
}
