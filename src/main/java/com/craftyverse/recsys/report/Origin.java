package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;

import com.craftyverse.recsys.report.Documents.ModelFigures;
import com.craftyverse.recsys.report.Documents.RankingFigures;
import com.craftyverse.recsys.step.Manifest;
import java.util.Map;
import java.util.TreeMap;

/// How a model was made: parameters, times, versions and digests.
///
/// @param key the key of the model's manifest
/// @param evaluationId the id of the evaluation
record Origin(Documents documents, String key, String evaluationId) {
  private static final String RANKING = "ranking";

  Html.Element html() {
    return Words.section(
            "made",
            "How it was made",
            "The upload and these parameters determine the model bit for bit, with any number of threads"
                + " and any kernel.")
        .add(parameters(), el("h3", "Times"), times(), el("h3", "Versions and digests"), versions())
        .add(el("pre", "curl -s localhost:8080/evaluate -d '{\"manifest\":\"" + key + "\"}'"));
  }

  private Html parameters() {
    Map<String, Object> parameters = new TreeMap<>(documents.model().parameters());
    Object ranking = parameters.remove(RANKING);
    Html.Element columns =
        el(
                "div",
                parameters(
                    documents.hasRatings() ? "Parameters of the rating model" : "Parameters",
                    parameters))
            .of("two");
    if (ranking instanceof Map<?, ?> map) {
      Map<String, Object> values = new TreeMap<>();
      map.forEach((name, value) -> values.put(String.valueOf(name), value));
      RankingFigures found = documents.modelFigures().ranking();
      if (found != null) {
        values.put("regularization", found.regularization());
        values.put("unobservedWeight", found.unobservedWeight());
      }
      columns.add(parameters("Parameters of the ranking model", values));
    }
    return columns;
  }

  private static Html parameters(String title, Map<String, Object> parameters) {
    Html.Element list = el("dl").of("kv");
    parameters.forEach(
        (name, value) -> Words.pair(list, Words.phrase(name), Html.text(value(value))));
    return el("div", el("h3", title), list);
  }

  private static String value(Object value) {
    return value instanceof Double number ? Numbers.decimal(number, 6) : String.valueOf(value);
  }

  private Html times() {
    Html.Element body = el("tbody");
    double total = 0;
    Manifest upload = documents.upload();
    if (upload != null && documents.uploadFigures() != null) {
      total += row(body, upload, documents.uploadFigures().ratings());
    }
    total += row(body, documents.split(), documents.splitFigures().ratings());
    total += row(body, documents.index(), documents.splitFigures().ratings());
    ModelFigures figures = documents.modelFigures();
    total += figures(body, documents.model(), figures.trainRatings(), "");
    if (documents.hasRatings()) {
      part(
          body,
          "rating model, " + Numbers.count(figures.epochs(), "epoch"),
          figures.seconds(),
          Numbers.count(Math.round(figures.updatesPerSecond())));
    }
    RankingFigures ranking = figures.ranking();
    if (ranking != null) {
      part(body, "search of the ranking model’s penalties", ranking.searchSeconds(), "");
      part(
          body,
          "ranking model, " + Numbers.count(ranking.epochs(), "epoch"),
          ranking.seconds(),
          "");
    }
    body.add(
        el(
                "tr",
                Tables.rowHead("all"),
                Tables.cell("Rows", ""),
                Tables.cell("Time", Numbers.seconds(total)),
                Tables.cell("Rows per second", ""))
            .of("sum"));
    return el(
            "table",
            el("caption", "Time of each step before the evaluation").of("vh"),
            el(
                "thead",
                el(
                    "tr",
                    Tables.head("Step"),
                    Tables.head("Rows"),
                    Tables.head("Time"),
                    Tables.head("Rows per second"))),
            body)
        .of("score close");
  }

  /// Adds the row of a step that goes through its rows once.
  private static double row(Html.Element body, Manifest manifest, long rows) {
    double seconds = manifest.seconds();
    return figures(
        body, manifest, rows, seconds > 0 ? Numbers.count(Math.round(rows / seconds)) : "");
  }

  /// Adds the row of a step, and returns its seconds.
  private static double figures(Html.Element body, Manifest manifest, long rows, String rate) {
    body.add(
        el(
            "tr",
            Tables.rowHead(manifest.step().toString()),
            Tables.cell("Rows", Numbers.count(rows)),
            Tables.cell("Time", Numbers.seconds(manifest.seconds())),
            Tables.cell("Rows per second", rate)));
    return manifest.seconds();
  }

  private static void part(Html.Element body, String name, double seconds, String rate) {
    body.add(
        el(
                "tr",
                Tables.rowHead(name),
                Tables.cell("Rows", ""),
                Tables.cell("Time", Numbers.seconds(seconds)),
                Tables.cell("Rows per second", rate))
            .of("part"));
  }

  private Html versions() {
    Html.Element list = el("dl").of("kv long");
    Manifest upload = documents.upload();
    if (upload != null) {
      Words.pair(list, "upload, SHA-256", Words.code(upload.inputs().getOrDefault("upload", "")));
      Words.pair(list, "dataset version", Words.code(upload.id()));
    }
    Words.pair(list, "split", Words.code(documents.split().id()));
    Words.pair(list, "index", Words.code(documents.index().id()));
    Words.pair(list, "model", Words.code(documents.model().id()));
    Words.pair(list, "evaluation", Words.code(evaluationId));
    String digest = documents.modelFigures().digest();
    if (digest != null) {
      Words.pair(list, "factors, SHA-256", Words.code(digest));
    }
    documents
        .model()
        .digests()
        .forEach((name, sha) -> Words.pair(list, name + ", SHA-256", Words.code(sha)));
    ModelFigures figures = documents.modelFigures();
    Words.pair(
        list,
        "kernel",
        Html.text(
            figures.kernel()
                + ", "
                + Numbers.count(figures.lanes(), "lane")
                + ", "
                + Numbers.count(figures.threads(), "thread")));
    Words.pair(list, "Java", Html.text(figures.jvm()));
    Words.pair(
        list, "format of the model", Html.text("version " + documents.card().formatVersion()));
    return list;
  }
}
