package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The report on a model: a self-contained HTML file.
public final class Report {
  /// The squares of the project's sign.
  private static final List<String> SIGN =
      List.of(
          "M0 0h5v5H0zM15 5h5v5h-5zM5 10h5v5H5zM0 15h5v5H0z",
          "M5 0h15v5H5zM0 5h15v5H0zM0 10h5v5H0zM15 10h5v5h-5zM5 15h15v5H5z",
          "M10 10h5v5h-5z");

  private final Subject subject;
  private final Documents documents;
  private final Evaluation evaluation;

  private Report(Subject subject, Documents documents, Evaluation evaluation) {
    this.subject = subject;
    this.documents = documents;
    this.evaluation = evaluation;
  }

  /// What a report is about.
  ///
  /// @param model the key of the model's manifest
  /// @param evaluation the id of its evaluation
  /// @param parameters the evaluation's parameters
  /// @param figures the evaluation's figures
  public record Subject(
      String model,
      String evaluation,
      Map<String, Object> parameters,
      Map<String, Object> figures) {}

  /// Writes the report on an evaluated model.
  ///
  /// @param store holds the model and, as long as they have not expired, the documents of the steps before
  /// @return the file's bytes, the same for the same documents
  /// @throws com.craftyverse.recsys.step.RequestException if a manifest is missing or of another version
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a document is damaged
  public static byte[] write(ObjectStore store, Subject subject) throws IOException {
    Evaluation evaluation =
        Json.fromTree(
            subject.figures, Evaluation.class, "the evaluation of the model " + subject.model);
    return new Report(subject, Documents.read(store, subject.model), evaluation)
        .html()
        .document()
        .getBytes(StandardCharsets.UTF_8);
  }

  private Html.Element html() {
    return el("html", head(), el("body", el("div", contents(), main()).of("page")))
        .attr("lang", "en");
  }

  private Html head() {
    String css = StyleSheet.CSS;
    return el(
        "head",
        el("meta").attr("charset", "utf-8"),
        el("meta")
            .attr("http-equiv", "Content-Security-Policy")
            .attr(
                "content",
                "default-src 'none'; style-src 'sha256-"
                    + Base64.getEncoder()
                        .encodeToString(
                            Digest.sha256().digest(css.getBytes(StandardCharsets.UTF_8)))
                    + "'; base-uri 'none'; form-action 'none'"),
        el("meta").attr("name", "viewport").attr("content", "width=device-width, initial-scale=1"),
        el("meta").attr("name", "color-scheme").attr("content", "light dark"),
        el("title", "Model " + evaluation.modelId() + " of " + documents.model().dataset()),
        new Html.Style(css));
  }

  private Html contents() {
    Html sign =
        el(
                "svg",
                el("path").of("squares").attr("d", SIGN.get(0)),
                el("path").of("squares pale").attr("d", SIGN.get(1)),
                el("path").of("star").attr("d", SIGN.get(2)))
            .attr("viewBox", "0 0 20 20")
            .attr("width", 20)
            .attr("height", 20)
            .attr("aria-hidden", "true");
    Html.Element links = el("nav").attr("aria-label", "Contents");
    link(links, "gate", "Verdict");
    link(links, "data", "Data");
    link(links, "score", "Scorecard");
    link(links, "train", "Training");
    if (hasCalibration()) {
      link(links, "calib", "Calibration");
    }
    if (hasBands()) {
      link(links, "where", "Where it errs");
    }
    link(links, "made", "How it was made");
    link(links, "protocol", "Protocol");
    return el("aside", el("p", sign, text("Model report")).of("brand"), links).of("toc");
  }

  private static void link(Html.Element links, String id, String name) {
    links.add(el("a", name).attr("href", "#" + id));
  }

  private boolean hasCalibration() {
    return new Errors(documents, evaluation).calibration() != null;
  }

  private boolean hasBands() {
    return new Errors(documents, evaluation).where() != null;
  }

  private Html main() {
    Verdicts verdicts = new Verdicts(documents, evaluation);
    Errors errors = new Errors(documents, evaluation);
    Html.Element main = el("main", verdicts.header(), verdicts.keyFigures());
    addIfPresent(main, verdicts.rankers());
    main.add(
        verdicts.gate(),
        new Data(documents, evaluation).html(),
        new Scorecard(documents, evaluation).html(),
        new Training(documents, evaluation).html());
    addIfPresent(main, errors.calibration());
    addIfPresent(main, errors.where());
    return main.add(
        new Origin(documents, subject.model, subject.evaluation).html(),
        new Protocol(documents, evaluation, subject.parameters).html(),
        el(
                "footer",
                text(
                    "One self-contained file without scripts; nothing is loaded. Every figure is also in "),
                Words.code("evaluation.json"),
                text(", "),
                Words.code("history.json"),
                text(" and "),
                Words.code("manifest.json"),
                text(" beside it."))
            .of("num"));
  }

  private static void addIfPresent(Html.Element parent, @Nullable Html part) {
    if (part != null) {
      parent.add(part);
    }
  }

  /// The style sheet, read by the first report.
  private static final class StyleSheet {
    static final String CSS = read();

    private static String read() {
      try (InputStream file = Report.class.getResourceAsStream("report.css")) {
        return new String(
            Objects.requireNonNull(file, "report.css").readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
