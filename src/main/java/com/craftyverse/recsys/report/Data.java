package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.report.Documents.Item;
import com.craftyverse.recsys.report.Documents.SplitFigures;
import com.craftyverse.recsys.report.Documents.UploadFigures;
import com.craftyverse.recsys.report.Evaluation.Coverage;
import com.craftyverse.recsys.step.Manifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was uploaded, how it was divided, and how much of the test set the model knows.
record Data(Documents documents, Evaluation evaluation) {
  /// The name of the upload among the sources of `ingest`.
  private static final String UPLOAD = "upload";

  Html.Element html() {
    UploadFigures upload = documents.uploadFigures();
    Html.Element section =
        el(
                "section",
                el("h2", "Data"),
                lead(documents.upload(), upload),
                facts(upload),
                el("div", sets(upload), coverage()).of("two"),
                mostRated())
            .attr("id", "data");
    if (upload != null) {
      section.add(problems(upload));
    }
    return section;
  }

  private Html.Element lead(@Nullable Manifest manifest, @Nullable UploadFigures upload) {
    Html.Element lead = el("p").of("lead");
    if (manifest == null || upload == null) {
      return lead.text(
          "The dataset has expired; what follows is what the model still knows of it.");
    }
    String key = manifest.sources().getOrDefault(UPLOAD, "");
    String file = key.substring(key.lastIndexOf('/') + 1);
    if (!file.isEmpty()) {
      lead.add(Html.foreign(file), text(", "));
    }
    return lead.text(
        Numbers.bytes(upload.uploadBytes())
            + ", read as "
            + upload.layout()
            + ". "
            + (upload.badRows() == 0
                ? "No row was left out"
                : Numbers.count(upload.badRows(), "bad row") + " left out")
            + duplicates(upload)
            + (upload.missingRatings() == 0
                ? ""
                : " " + Numbers.count(upload.missingRatings(), "row") + " had no rating."));
  }

  private String duplicates(UploadFigures upload) {
    if (documents.hasRatings()) {
      return upload.duplicates() == 0
          ? ", and nobody rated an item twice."
          : "; of "
              + Numbers.count(upload.duplicates(), "repeated rating")
              + " the latest was kept.";
    }
    return (upload.duplicates() == 0
            ? ", and nobody chose an item twice."
            : "; "
                + Numbers.count(upload.duplicates(), "repeated choice")
                + " of the same item by the same user were added up.")
        + " There are choices without ratings: the model ranks items and predicts no ratings.";
  }

  private Html facts(@Nullable UploadFigures upload) {
    Html.Element facts = el("dl").of("facts");
    SplitFigures split = documents.splitFigures();
    int users = documents.card().users();
    int items = documents.card().items();
    fact(facts, documents.say("Ratings"), Numbers.count(split.ratings()));
    fact(facts, "Users learned from", Numbers.count(users));
    fact(
        facts,
        "Items learned from",
        Numbers.count(items)
            + (upload == null || upload.items() < items
                ? ""
                : " of " + Numbers.count(upload.items())));
    fact(
        facts,
        "Empty cells of that table",
        Numbers.percent(1 - documents.card().trainRatings() / ((double) users * items)));
    if (upload != null && upload.minTimestamp() == upload.maxTimestamp()) {
      fact(facts, "Time", "none, or the same for all");
    } else if (upload != null) {
      fact(
          facts,
          "Time",
          Numbers.day(upload.minTimestamp()) + " – " + Numbers.day(upload.maxTimestamp()));
    }
    RatingScale scale = documents.card().scale();
    if (scale != null) {
      fact(
          facts,
          "Scale",
          Numbers.decimal(scale.min(), 6)
              + " to "
              + Numbers.decimal(scale.max(), 6)
              + (scale.step() == null ? "" : " in steps of " + Numbers.decimal(scale.step(), 6)));
      fact(facts, "Mean rating", Numbers.fixed(documents.card().trainMean(), 2));
    }
    fact(
        facts,
        documents.say("Ratings of a user, mean"),
        Numbers.fixed((double) documents.card().trainRatings() / users, 1));
    return facts;
  }

  private static void fact(Html.Element facts, String term, String value) {
    facts.add(el("div", el("dt", term), el("dd", value)));
  }

  /// A set of the split.
  ///
  /// @param until when its last rating was given at the latest, in epoch seconds; null if unknown
  private record Part(String name, String kind, long rows, @Nullable Double until) {}

  private Html sets(@Nullable UploadFigures upload) {
    SplitFigures split = documents.splitFigures();
    List<Part> parts =
        List.of(
            new Part("Learned from", "s1", split.trainRows(), split.trainThreshold()),
            new Part("Test", "s2", split.testRows(), split.testThreshold()),
            new Part(
                "Validation",
                "s3",
                split.validationRows(),
                split.trainThreshold() == null || upload == null
                    ? null
                    : (double) upload.maxTimestamp()));
    Html.Element bar = el("svg").of("parts").attr("aria-hidden", "true");
    Html.Element list =
        el("ul").of("rows plain").attr("aria-label", documents.say("Ratings of each set"));
    double all = Math.max(1, split.ratings());
    double start = 0;
    for (Part part : parts) {
      double width = 100 * part.rows / all;
      bar.add(
          el("rect")
              .of(part.kind)
              .percent("x", start)
              .attr("y", 0)
              .percent("width", width)
              .attr("height", "100%"));
      start += width;
      list.add(
          el(
              "li",
              el("span", el("i").of("swatch " + part.kind), text(part.name)),
              el("span", part.until == null ? "" : "until " + Numbers.day(part.until)).of("mute"),
              el(
                      "span",
                      text(Numbers.count(part.rows)),
                      el("small", Numbers.percent(part.rows / all)))
                  .of("r")));
    }
    return Words.figure(
        documents.say("How ratings were divided"), Words.note(documents.kind()), bar, list);
  }

  private Html coverage() {
    Coverage coverage = evaluation.test().coverage();
    if (coverage == null) {
      return Words.figure(
          "What the test set is made of",
          Words.note("not judged"),
          el("p", String.valueOf(evaluation.test().reason())).of("mute"));
    }
    Html.Element list =
        el("ul").of("rows").attr("aria-label", "Shares of the test set by what the model knows");
    share(list, "Known user and item", coverage.warm(), coverage.rows(), true);
    share(list, "New user", coverage.coldUser(), coverage.rows(), false);
    share(list, "New item", coverage.coldItem(), coverage.rows(), false);
    share(list, "Both new", coverage.coldBoth(), coverage.rows(), false);
    return Words.figure(
        "What the test set is made of",
        Words.note(Numbers.count(coverage.rows(), documents.say("rating"))),
        list);
  }

  private static void share(
      Html.Element list, String name, double share, long rows, boolean isMain) {
    Html.Element track =
        el(
                "svg",
                el("rect")
                    .of(isMain ? "s1" : "s2")
                    .attr("x", 0)
                    .attr("y", "30%")
                    .percent("width", 100 * share)
                    .attr("height", "40%"))
            .of("track")
            .attr("aria-hidden", "true");
    list.add(
        el(
            "li",
            el("span", name),
            track,
            el(
                    "span",
                    text(Numbers.count(Math.round(share * rows))),
                    el("small", Numbers.percent(share)))
                .of("r")));
  }

  private Html mostRated() {
    Html.Element body = el("tbody");
    for (Item item : documents.mostRated()) {
      body.add(
          el(
              "tr",
              el(
                      "th",
                      item.title().isEmpty()
                          ? Html.foreign("item " + item.id())
                          : Html.foreign(item.title()))
                  .attr("scope", "row"),
              Tables.cell(documents.say("Ratings"), Numbers.count(item.ratings())),
              Tables.cell("Lately", Numbers.count(item.recent()))));
    }
    return el(
        "div",
        el("h3", documents.say("Most rated items")),
        el(
                "table",
                el(
                        "caption",
                        documents.say(
                            "The items with the most ratings that the model learned from"))
                    .of("vh"),
                el(
                    "thead",
                    el(
                        "tr",
                        Tables.head("Item"),
                        Tables.head(documents.say("Ratings")),
                        Tables.head("Lately"))),
                body)
            .of("score"));
  }

  private static Html problems(UploadFigures upload) {
    Html.Element list = el("div");
    if (upload.format() != null && upload.format().findings() != null) {
      problems(list, "How the file was read", upload.format().findings());
    }
    problems(list, "Rows left out", upload.badRowExamples());
    problems(list, "Problems with titles, tags and links", upload.sideFileProblemExamples());
    problems(list, "Files of the upload that were not read", upload.skippedFiles());
    return list;
  }

  private static void problems(Html.Element to, String title, List<String> problems) {
    if (!problems.isEmpty()) {
      Html.Element list = el("ul").of("lines");
      problems.forEach(problem -> list.add(el("li", Html.foreign(problem))));
      to.add(el("h3", title), list);
    }
  }
}
