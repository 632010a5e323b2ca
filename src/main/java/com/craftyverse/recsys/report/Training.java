package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;

import com.craftyverse.recsys.report.Documents.Epoch;
import com.craftyverse.recsys.report.Documents.ModelFigures;
import com.craftyverse.recsys.report.Documents.RankingEpoch;
import com.craftyverse.recsys.report.Documents.RankingFigures;
import com.craftyverse.recsys.report.Documents.RankingHistory;
import com.craftyverse.recsys.report.Documents.Trial;
import com.craftyverse.recsys.report.Words.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// How both models learned, and how the penalties of the ranking model were found.
record Training(Documents documents, Evaluation evaluation) {
  Html.Element html() {
    ModelFigures figures = documents.modelFigures();
    String ending = figures.ending();
    Html.Element section =
        Words.section(
            "train",
            "Training",
            (documents.hasRatings()
                    ? "The rating model is that of epoch " + figures.bestEpoch() + ": "
                    : "The dataset has choices without ratings, so there is only a ranking model: it ")
                + ending
                + (ending.endsWith(".") ? "" : "."));
    RankingHistory ranking = documents.history().ranking();
    Html.Element curves = el("div").of("two");
    if (documents.hasRatings()) {
      curves.add(ratingCurve());
    }
    if (ranking != null && !ranking.epochs().isEmpty()) {
      curves.add(rankingCurve(ranking));
    }
    section.add(curves);
    if (ranking != null && !ranking.trials().isEmpty()) {
      section.add(search(ranking.trials()));
    }
    return section;
  }

  private Html ratingCurve() {
    List<Epoch> history = documents.history().rating();
    List<Double> epochs = history.stream().map(epoch -> (double) epoch.epoch()).toList();
    List<Double> train = history.stream().map(Epoch::trainRmse).toList();
    List<Double> validation =
        history.stream()
            .map(epoch -> epoch.validationRmse() == null ? Double.NaN : epoch.validationRmse())
            .toList();
    Double biases =
        evaluation.validation().ratings() == null
            ? null
            : evaluation.validation().ratings().baselineRmse();
    List<Double> values = new ArrayList<>(train);
    values.addAll(validation);
    if (biases != null) {
      values.add(biases);
    }
    int best = documents.modelFigures().bestEpoch();
    boolean hasValidation = validation.stream().anyMatch(Double::isFinite);
    double bestRmse = best <= history.size() ? validation.get(best - 1) : Double.NaN;
    Plot plot =
        epochs(
            String.format(
                Locale.ROOT,
                "Training RMSE falls from %.4f to %.4f in %d epochs%s.",
                train.getFirst(),
                train.getLast(),
                history.size(),
                Double.isFinite(bestRmse)
                    ? String.format(
                        Locale.ROOT, "; validation RMSE at epoch %d is %.4f", best, bestRmse)
                    : ""),
            epochs,
            values);
    List<Entry> legend = new ArrayList<>();
    if (biases != null) {
      plot.across(biases);
    }
    plot.curve("train", epochs, train);
    if (hasValidation) {
      plot.curve("val", epochs, validation);
      legend.add(new Entry("val", "validation"));
      if (Double.isFinite(bestRmse)) {
        plot.dot("val", best, bestRmse, 4.5);
        legend.set(
            0, new Entry("val", "validation, " + Numbers.measure(bestRmse) + " at epoch " + best));
      }
    }
    legend.add(new Entry("train line", "training"));
    if (biases != null) {
      legend.add(new Entry("dash line", "biases on validation, " + Numbers.measure(biases)));
    }
    return Words.figure("Rating model: RMSE by epoch", Words.legend(legend), plot.html());
  }

  private Html rankingCurve(RankingHistory ranking) {
    List<Double> epochs = new ArrayList<>();
    List<Double> ndcg = new ArrayList<>();
    for (RankingEpoch epoch : ranking.epochs()) {
      epochs.add((double) epoch.epoch());
      ndcg.add(epoch.ndcg() == null ? Double.NaN : epoch.ndcg());
    }
    RankingFigures figures = documents.modelFigures().ranking();
    boolean hasNdcg = ndcg.stream().anyMatch(Double::isFinite);
    if (!hasNdcg || figures == null) {
      return Words.figure(
          "Ranking model: " + ranking.epochs().size() + " epochs",
          Words.note(""),
          el("p", "No validation user has both a history and a choice to find.").of("mute"));
    }
    double last = ndcg.getLast();
    Plot plot =
        epochs(
            String.format(
                Locale.ROOT,
                "NDCG at 10 on validation users goes from %.4f to %.4f in %d epochs.",
                ndcg.getFirst(),
                last,
                ndcg.size()),
            epochs,
            ndcg);
    plot.curve("rank", epochs, ndcg).dot("rank", epochs.getLast(), last, 4.5);
    return Words.figure(
        "Ranking model: NDCG@10 by epoch",
        Words.legend(
            List.of(
                new Entry(
                    "rank",
                    Numbers.count(figures.validationUsers(), "validation user")
                        + ", "
                        + Numbers.measure(last)
                        + " at the end"))),
        plot.html());
  }

  /// Begins a chart by epochs.
  private static Plot epochs(String label, List<Double> epochs, List<Double> values) {
    double last = epochs.getLast();
    Axis x = new Axis(1, Math.max(2, last), 1);
    Plot plot = new Plot("", label, x, Axis.around(values, 4)).horizontals();
    int step = last <= 10 ? 1 : last <= 25 ? 5 : last <= 100 ? 20 : 100;
    for (int epoch = 1; epoch <= last; epoch++) {
      if (epoch == 1 || epoch == last || (epoch % step == 0 && last - epoch > step / 3.0)) {
        boolean isOptional = epoch > 1 && epoch < last && step == 1 && epoch % 2 == 0;
        plot.label(epoch, String.valueOf(epoch), isOptional ? "x opt" : "x");
      }
    }
    return plot;
  }

  private Html search(List<Trial> trials) {
    RankingFigures figures = documents.modelFigures().ranking();
    Map<Integer, List<Trial>> rounds = new TreeMap<>();
    trials.forEach(
        trial -> rounds.computeIfAbsent(trial.epochs(), _ -> new ArrayList<>()).add(trial));
    Html.Element columns = el("div").of("two");
    int round = 0;
    for (Map.Entry<Integer, List<Trial>> entry : rounds.entrySet()) {
      round++;
      boolean isLast = round == rounds.size();
      List<DotRows.Row> rows = new ArrayList<>();
      entry
          .getValue()
          .sort(
              Comparator.comparingDouble(Trial::unobservedWeight)
                  .thenComparingDouble(Trial::regularization));
      for (Trial trial : entry.getValue()) {
        boolean isChosen =
            isLast
                && figures != null
                && trial.regularization() == figures.regularization()
                && trial.unobservedWeight() == figures.unobservedWeight();
        rows.add(
            new DotRows.Row(
                "λ " + significant(trial.regularization()),
                "α₀ " + significant(trial.unobservedWeight()),
                trial.ndcg(),
                null,
                null,
                null,
                trial.collapsed() ? "collapsed" : Numbers.measure(trial.ndcg()),
                isChosen ? "chosen" : "",
                isChosen ? "rank" : "base",
                isChosen));
      }
      columns.add(
          Words.figure(
              (rounds.size() == 1 ? "Search" : "Search, round " + round),
              Words.note("NDCG@10 after " + Numbers.count(entry.getKey(), "epoch")),
              new DotRows("NDCG@10 of each pair of λ and α₀", rows, null).html()));
    }
    return el(
        "div",
        el("h3", "How the penalties of the ranking model were found"),
        el(
                "p",
                "λ is the weight of the penalty, α₀ that of unobserved pairs. Each pair was judged on"
                    + " a part of the training choices of "
                    + Numbers.count(trials.getFirst().users(), "user")
                    + " that it did not learn from.")
            .of("lead"),
        columns);
  }

  /// Formats a number with three significant digits.
  private static String significant(double value) {
    int decimals = value <= 0 ? 1 : Math.clamp(2 - (int) Math.floor(Math.log10(value)), 0, 10);
    return Numbers.decimal(value, decimals);
  }
}
