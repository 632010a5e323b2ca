package com.craftyverse.recsys.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.TrainRequestBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final int MAX_BYTES = 500_000;

  /// The elements that the report is made of.
  private static final Set<String> ELEMENTS =
      Set.of(
          ("html head meta title style body div aside p svg path nav a main header h1 code dl dt dd"
                  + " small figure figcaption span ul li circle line text section h2 b rect h3 table"
                  + " caption thead tr th td tbody i bdi pre details summary footer")
              .split(" "));

  @TempDir Path directory;
  private LocalObjectStore store;
  private Pipeline pipeline;

  @BeforeEach
  void openStore() throws IOException {
    store = new LocalObjectStore(directory);
    pipeline = new Pipeline(store);
  }

  @Test
  void hostileTexts_becomeNoMarkup() throws IOException {
    String report = read(pipeline.hostile("hostile", 2_000));

    assertThat(report)
        .contains("&lt;img src=x onerror=&quot;document.title=&#39;taken&#39;&quot;&gt;&amp;amp;")
        .contains("it&#39;s &lt;b&gt;&amp;amp; here.zip")
        .contains("set/&lt;script&gt;document.title=&#39;taken&#39;&lt;/script&gt;.txt")
        .contains("1 bad row left out");
    assertThat(names(report, "<([a-zA-Z][^\\s>/]*)")).isSubsetOf(ELEMENTS).contains("bdi");
    assertThat(names(report, "<[^<>]*\\s(on\\w+|style|srcdoc)=")).isEmpty();
    assertThat(report).doesNotContainIgnoringCase("<script").doesNotContain("javascript:");
  }

  @Test
  void sections_areInTheOrderOfAReadersQuestions() throws IOException {
    String report = read(pipeline.hostile("ordered", 2_000));

    assertThat(report)
        .containsSubsequence(
            "<h1>",
            "id=\"gate\"",
            "id=\"data\"",
            "id=\"score\"",
            "id=\"train\"",
            "id=\"calib\"",
            "id=\"where\"",
            "id=\"made\"",
            "id=\"protocol\"");
    assertThat(names(report, "href=\"#(\\w+)\"")).isEqualTo(names(report, "section id=\"(\\w+)\""));
    assertThat(report).doesNotContain("null", "NaN", "Infinity");
  }

  @Test
  void sameDocuments_giveTheSameBytes_inAnyPlace() throws IOException {
    EvaluateResult result = pipeline.hostile("same", 2_000);
    byte[] first = store.read(result.report()).content();
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      assertThat(rendered(result)).isEqualTo(first);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void refusedModel_saysWhyFirst() throws IOException {
    pipeline.publish(pipeline.hostile("shrunk", 4_000));
    String report = read(pipeline.hostile("shrunk", 1_000));

    assertThat(report)
        .contains(">Refused<")
        .contains("<h1>Held back: it knows less than half of the published model’s ratings</h1>")
        .contains("</code> keeps answering.")
        .containsSubsequence("<ul class=\"gate\"><li class=\"refused\">", "<li class=\"passed\">");
  }

  @Test
  void modelWithoutEvidence_saysThatThereIsTooLittle() throws IOException {
    String report = read(pipeline.hostile("few", 400));

    assertThat(report)
        .contains(">Insufficient evidence<")
        .contains("<h1>Too few ratings to judge it by</h1>")
        .contains("It may become the first published model of its dataset.")
        .contains("a verdict takes 2,000 ratings of 100 users.");
  }

  @Test
  void expiredDataset_leavesAReport() throws IOException {
    EvaluateResult result = pipeline.hostile("expired", 2_000);
    String dataset =
        store.list("datasets/expired/").stream()
            .map(object -> object.key())
            .filter(key -> key.split("/", -1).length == 4 && key.endsWith("/manifest.json"))
            .findFirst()
            .orElseThrow();
    store.delete(dataset);

    assertThat(new String(rendered(result), StandardCharsets.UTF_8))
        .contains("The dataset has expired")
        .doesNotContain("here.zip");
  }

  @Test
  void randomSplit_withoutRankingVectors_hasAReport() throws IOException {
    String report =
        read(
            pipeline.run(
                "random",
                Pipeline.hostileZip(3_000),
                manifest -> SplitRequest.kfold(manifest, 5, 0, 42),
                train -> train.rankingFactors(null).rankingEpochs(null).ranking(false)));

    assertThat(report)
        .contains("<span>by folds</span>")
        .contains("Everything is measured on ratings that the model did not learn from.")
        .doesNotContain("Parameters of the ranking model", "replayed", "null");
  }

  @Test
  void hugeTitles_fit() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ratings.csv", Uploads.ratings(20, 20));
    StringBuilder items = new StringBuilder("movieId,title,genres\n");
    for (int item = 1; item <= 20; item++) {
      items.append(item).append(',').append("x".repeat(100_000)).append(",Drama\n");
    }
    entries.put("movies.csv", items.toString());
    for (int i = 0; i < 50; i++) {
      entries.put("y".repeat(500) + i + ".txt", "");
    }
    EvaluateResult result =
        pipeline.run(
            "huge",
            Uploads.zip(entries),
            SplitRequest::of,
            (UnaryOperator<TrainRequestBuilder>) train -> train.epochs(1_000).patience(1_000));

    assertThat(store.find(result.report()).orElseThrow().size()).isLessThan(MAX_BYTES);
  }

  private byte[] rendered(EvaluateResult result) throws IOException {
    Manifest evaluation = Manifest.read(store, result.manifest(), StepName.EVALUATE);
    return Report.write(
        store,
        new Report.Subject(
            ObjectKeys.directoryOf(result.manifest()) + "manifest.json",
            evaluation.id(),
            evaluation.parameters(),
            Json.toMap(result.figures())));
  }

  private String read(EvaluateResult result) throws IOException {
    byte[] report = store.read(result.report()).content();
    assertThat(report).hasSizeLessThan(MAX_BYTES);
    return new String(report, StandardCharsets.UTF_8);
  }

  /// Returns what the first group of a pattern matches.
  private static Set<String> names(String report, String pattern) {
    String html = report.replaceFirst("(?s)<style>.*</style>", "<style></style>");
    return Pattern.compile(pattern)
        .matcher(html)
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
