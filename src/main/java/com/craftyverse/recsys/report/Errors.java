package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;

import com.craftyverse.recsys.report.Evaluation.Bin;
import com.craftyverse.recsys.report.Evaluation.Detail;
import com.craftyverse.recsys.report.Evaluation.Ranking;
import com.craftyverse.recsys.report.Evaluation.RankingBand;
import com.craftyverse.recsys.report.Evaluation.RatingBand;
import com.craftyverse.recsys.report.Evaluation.Ratings;
import com.craftyverse.recsys.report.Words.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Whether predictions are right on average, and where they are wrong: by bands of users and items, and by month.
record Errors(Documents documents, Evaluation evaluation) {
  private static final int MOST_LABELS = 5;

  private @Nullable Detail detail() {
    Ratings judged = evaluation.test().judgedRatings();
    return judged == null ? null : judged.detail();
  }

  /// Predicted and actual ratings; null if none were judged.
  @Nullable Html calibration() {
    Detail detail = detail();
    if (detail == null || detail.calibration().isEmpty()) {
      return null;
    }
    List<Bin> bins = detail.calibration();
    double low = documents.card().ratingScale().min();
    double high = documents.card().ratingScale().max();
    List<Double> ends = List.of(low, high);
    Axis ticks = Axis.around(ends, 5);
    Axis axis = new Axis(ticks.low(), ticks.high(), ticks.step());
    long most = bins.stream().mapToLong(Bin::ratings).max().orElse(1);
    double error = 0;
    long ratings = 0;
    for (Bin bin : bins) {
      error += bin.ratings() * Math.abs(bin.predicted() - bin.actual());
      ratings += bin.ratings();
    }
    error /= Math.max(1, ratings);
    Plot plot =
        new Plot(
                "tall",
                String.format(
                    Locale.ROOT,
                    "Mean actual rating for %d bands of predicted rating. They differ by %.2f on"
                        + " average; a calibrated model lies on the diagonal.",
                    bins.size(),
                    error),
                axis,
                axis)
            .horizontals()
            .verticals()
            .dashed(low, low, high, high);
    for (Bin bin : bins) {
      plot.dot(
          "val bubble",
          bin.predicted(),
          bin.actual(),
          Math.max(3, 13 * Math.sqrt((double) bin.ratings() / most)));
    }
    Html.Element body = el("tbody");
    for (Bin bin : bins) {
      body.add(
          el(
              "tr",
              Tables.rowHead(Numbers.fixed(bin.predicted(), 2)),
              Tables.cell("Actual", Numbers.fixed(bin.actual(), 2)),
              Tables.cell("Difference", difference(bin.actual() - bin.predicted())),
              Tables.cell("Ratings", Numbers.count(bin.ratings()))));
    }
    Html table =
        el(
                "table",
                el("caption", "Mean predicted and actual rating by tenths of the scale").of("vh"),
                el(
                    "thead",
                    el(
                        "tr",
                        Tables.head("Predicted"),
                        Tables.head("Actual"),
                        Tables.head("Difference"),
                        Tables.head("Ratings"))),
                body)
            .of("score close");
    return Words.section(
            "calib",
            "Calibration",
            "Over all test ratings, the mean rating that people gave differs from the predicted one by "
                + Numbers.fixed(error, 2)
                + "."
                + howSure())
        .add(
            el(
                    "div",
                    Words.figure(
                        "Actual rating by predicted rating",
                        Words.note("an area is a number of ratings"),
                        plot.html()),
                    Words.figure(
                        "The same in figures", Words.note("by tenths of the scale"), table))
                .of("two"));
  }

  /// Says what share of true ratings the intervals of `predict`'s standard errors contain; empty if unknown.
  private String howSure() {
    Evaluation.Uncertainty uncertainty = evaluation.uncertainty();
    Evaluation.Interval coverage = uncertainty == null ? null : uncertainty.coverage();
    if (uncertainty == null || coverage == null) {
      return "";
    }
    return " The "
        + Numbers.percent(uncertainty.level())
        + " intervals around predictions contain "
        + Numbers.percent(coverage.value())
        + " of "
        + Numbers.count(uncertainty.ratings(), "held-out rating")
        + " (95 % interval "
        + Numbers.percent(coverage.low())
        + " to "
        + Numbers.percent(coverage.high())
        + ").";
  }

  private static String difference(double value) {
    String text = Numbers.fixed(value, 2);
    return text.startsWith("−") || text.equals(Numbers.fixed(0, 2)) ? text : "+" + text;
  }

  /// Errors by bands and by month; null if nothing was judged.
  @Nullable Html where() {
    Detail detail = detail();
    Ranking ranking = evaluation.test().ranking();
    if (detail == null && ranking == null) {
      return null;
    }
    Html.Element section =
        Words.section(
            "where",
            "Where it errs",
            documents.say(
                "Each band beside its baseline. A band of few ratings or users says little."));
    if (detail != null) {
      section.add(
          el("h3", Html.text("RMSE of predicted ratings "), Words.note("lower is better")),
          el(
                  "div",
                  ratingBands("By ratings known of the user", "known", detail.byActivity()),
                  ratingBands(
                      "By training ratings of the item", "training ratings", detail.byPopularity()))
              .of("two"));
      section.add(ratingMonths(detail.byTime()));
    }
    if (ranking != null) {
      section.add(
          el("h3", Html.text("NDCG@10 of lists "), Words.note("higher is better")),
          el(
                  "div",
                  rankingBands("By items known of the user", "known", ranking.byActivity()),
                  rankingBands(
                      documents.say("By training ratings of the items to find"),
                      documents.say("training ratings"),
                      ranking.byPopularity()))
              .of("two"));
      section.add(rankingMonths(ranking.byTime()));
    }
    return section;
  }

  private static Html ratingBands(String caption, String unit, List<RatingBand> bands) {
    return bands(
        caption,
        "val",
        "biases",
        bands.stream()
            .map(
                band ->
                    row(
                        band.band().replace('-', '–') + " " + unit,
                        Numbers.count(band.ratings(), "rating"),
                        "val",
                        band.rmse(),
                        "biases",
                        band.baselineRmse()))
            .toList());
  }

  private static Html rankingBands(String caption, String unit, List<RankingBand> bands) {
    return bands(
        caption,
        "rank",
        "popular lately",
        bands.stream()
            .map(
                band ->
                    row(
                        band.band().replace('-', '–') + " " + unit,
                        Numbers.count(band.users(), "user"),
                        "rank",
                        band.ndcgAt10(),
                        "popular",
                        band.recentlyPopular()))
            .toList());
  }

  private static Html bands(String caption, String kind, String baseline, List<DotRows.Row> rows) {
    return Words.figure(
        caption,
        Words.legend(List.of(new Entry(kind, "this model"), new Entry("tick", baseline))),
        rows.isEmpty()
            ? el("p", "There are no bands.").of("mute")
            : new DotRows(caption, rows, null).html());
  }

  private static DotRows.Row row(
      String name, String note, String kind, double value, String baseline, double other) {
    return new DotRows.Row(
        name,
        note,
        value,
        null,
        null,
        other,
        Numbers.measure(value),
        baseline + " " + Numbers.measure(other),
        kind,
        false);
  }

  private static Html ratingMonths(List<RatingBand> bands) {
    return months(
        new Months<>(
            "RMSE by " + unit(bands, RatingBand::band),
            "val",
            "biases",
            "rating",
            bands,
            RatingBand::band,
            RatingBand::rmse,
            RatingBand::baselineRmse,
            RatingBand::ratings));
  }

  private static Html rankingMonths(List<RankingBand> bands) {
    return months(
        new Months<>(
            "NDCG@10 by " + unit(bands, RankingBand::band) + " of the first item to find",
            "rank",
            "popular lately",
            "user",
            bands,
            RankingBand::band,
            RankingBand::ndcgAt10,
            RankingBand::recentlyPopular,
            RankingBand::users));
  }

  private static <B> String unit(List<B> bands, Function<B, String> band) {
    return !bands.isEmpty() && band.apply(bands.getFirst()).contains("-") ? "month" : "year";
  }

  /// What a chart by months shows.
  private record Months<B>(
      String caption,
      String kind,
      String baseline,
      String thing,
      List<B> bands,
      Function<B, String> band,
      Function<B, Double> value,
      Function<B, Double> other,
      ToLongFunction<B> count) {}

  /// Draws both measures by month and, below, what they are measured on. Empty months are gaps in neither.
  private static <B> Html months(Months<B> months) {
    if (months.bands.size() < 2) {
      return el("div");
    }
    List<Double> at = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    long most = 1;
    for (B band : months.bands) {
      at.add((double) at.size());
      values.add(months.value.apply(band));
      others.add(months.other.apply(band));
      most = Math.max(most, months.count.applyAsLong(band));
    }
    List<Double> all = new ArrayList<>(values);
    all.addAll(others);
    int last = months.bands.size() - 1;
    String first = Numbers.period(months.band.apply(months.bands.getFirst()));
    String end = Numbers.period(months.band.apply(months.bands.getLast()));
    Axis x = new Axis(-0.5, last + 0.5, 1);
    Plot lines =
        new Plot(
                "low",
                String.format(
                    Locale.ROOT,
                    "%s from %s to %s: the model from %.3f to %.3f, %s from %.3f to %.3f.",
                    months.caption,
                    first,
                    end,
                    values.stream().min(Double::compare).orElse(0.0),
                    values.stream().max(Double::compare).orElse(0.0),
                    months.baseline,
                    others.stream().min(Double::compare).orElse(0.0),
                    others.stream().max(Double::compare).orElse(0.0)),
                x,
                Axis.around(all, 3))
            .horizontals()
            .curve("train", at, others)
            .curve(months.kind, at, values);
    Plot counts =
        new Plot(
            "bars",
            String.format(Locale.ROOT, "Number of %ss, at most %,d.", months.thing, most),
            x,
            new Axis(0, (double) most, (double) most));
    counts.horizontals();
    for (int i = 0; i <= last; i++) {
      counts.bar("s2", i - 0.42, i + 0.42, (double) months.count.applyAsLong(months.bands.get(i)));
    }
    int labels = Math.min(MOST_LABELS, last + 1);
    for (int i = 0; i < labels; i++) {
      int band = Math.round(i * last / (float) Math.max(1, labels - 1));
      String classes = i == 0 ? "x first" : i == labels - 1 ? "x last" : i % 2 == 1 ? "x opt" : "x";
      counts.label(band, Numbers.period(months.band.apply(months.bands.get(band))), classes);
    }
    return Words.figure(
            months.caption,
            Words.legend(
                List.of(
                    new Entry(months.kind, "this model"),
                    new Entry("train line", months.baseline),
                    new Entry("s2", "number of " + months.thing + "s"))),
            lines.html(),
            counts.html())
        .of("wide");
  }
}
