package com.craftyverse.recsys.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import com.craftyverse.recsys.train.TrainResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs from an upload to a model's errors. The unit of the ratings makes no difference, and the scale
/// reaches the model.
class RatingUnitTest {
  private static final Path SAMPLE = Path.of("data/sample/craftyverse-sample.zip");

  /// Those that the search finds for the sample, which takes longer than all else.
  private static final String PENALTIES =
      "'rankingRegularization': 0.016, 'rankingUnobservedWeight': 0.2";

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  private record Trained(TrainResult result, ModelCard card, String index) {}

  /// @param fields of the ingest request, in JSON
  /// @param split fields of the split request, in JSON
  /// @param training fields of the train request
  private Trained train(String csv, String fields, String split, String training)
      throws IOException {
    return train("r.csv", csv.getBytes(StandardCharsets.UTF_8), fields, split, training);
  }

  private Trained train(String file, byte[] content, String fields, String split, String training)
      throws IOException {
    store.put("raw/unit/" + file, content);
    IngestRequest request =
        decode("{\"key\": \"raw/unit/" + file + "\"" + fields + "}", IngestRequest.class);
    String ingested = new Ingest(store).run(request).manifest();
    String manifest =
        new Split(store)
            .run(decode("{\"manifest\": \"" + ingested + "\"" + split + "}", SplitRequest.class))
            .manifest();
    String index = new Index(store).run(IndexRequest.of(manifest)).manifest();
    TrainResult result = new Train(store).run(TrainRequests.with(index, training));
    return new Trained(
        result, ModelCard.read(store, ObjectKeys.directoryOf(result.model())), index);
  }

  private static <T> T decode(String json, Class<T> type) throws IOException {
    return RequestJson.decode(json.getBytes(StandardCharsets.UTF_8), type);
  }

  private EvaluateFigures evaluate(TrainResult trained) throws IOException {
    return new Evaluate(store).run(EvaluateRequest.of(trained.model())).figures();
  }

  /// The sample's ratings in stars × `factor` + `offset`.
  private static String sample(BigDecimal factor, BigDecimal offset) throws IOException {
    StringBuilder csv = new StringBuilder();
    try (ZipFile zip = new ZipFile(SAMPLE.toFile());
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    zip.getInputStream(zip.getEntry("craftyverse-sample/ratings.csv")),
                    StandardCharsets.UTF_8))) {
      csv.append(reader.readLine()).append('\n');
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] fields = line.split(",", -1);
        fields[2] =
            new BigDecimal(fields[2])
                .multiply(factor)
                .add(offset)
                .stripTrailingZeros()
                .toPlainString();
        csv.append(String.join(",", List.of(fields))).append('\n');
      }
    }
    return csv.toString();
  }

  /// A scale to which the sample's stars are mapped: stars × `factor` + `offset`.
  private record Mapped(String factor, String offset, double min, double max) {
    double errors(EvaluateFigures figures) {
      return requireNonNull(figures.testRmse()) / Double.parseDouble(factor);
    }
  }

  @Test
  void sampleInAnotherUnit_hasTheSameErrorsInStars() throws IOException {
    Mapped stars = new Mapped("1", "0", 0.5, 5);
    Trained reference = train(stars);
    double rmse = stars.errors(evaluate(reference.result));
    double baseline = requireNonNull(evaluate(reference.result).test().ratings()).baselineRmse();
    double dot = stars.errors(evaluate(dot(reference)));
    for (Mapped mapped :
        List.of(
            new Mapped("0.2", "0", 0.1, 1),
            new Mapped("2", "0", 1, 10),
            new Mapped("4", "-10", -8, 10),
            new Mapped("20", "0", 10, 100),
            new Mapped("200", "0", 100, 1000))) {
      Trained trained = train(mapped);
      EvaluateFigures figures = evaluate(trained.result);
      double unit = Double.parseDouble(mapped.factor);

      assertThat(trained.card.scale()).isEqualTo(new RatingScale(mapped.min, mapped.max, null));
      assertThat(trained.card.unit()).isCloseTo(unit, within(1e-6 * unit));
      assertThat(mapped.errors(figures)).as("%s", mapped).isCloseTo(rmse, within(1e-3));
      assertThat(requireNonNull(figures.test().ratings()).baselineRmse() / unit)
          .as("%s", mapped)
          .isCloseTo(baseline, within(1e-3));
      assertThat(trained.result.figures().learningRateCuts()).isZero();
      if (mapped.offset.equals("0") && (unit < 1 || unit > 100)) {
        assertThat(mapped.errors(evaluate(dot(trained))))
            .as("%s", mapped)
            .isCloseTo(dot, within(1e-3));
      }
    }
  }

  private Trained train(Mapped mapped) throws IOException {
    String scale =
        String.format(
            Locale.ROOT, ", \"scale\": {\"min\": %s, \"max\": %s}", mapped.min, mapped.max);
    return train(
        sample(new BigDecimal(mapped.factor), new BigDecimal(mapped.offset)), scale, "", PENALTIES);
  }

  private TrainResult dot(Trained trained) throws IOException {
    return new Train(store)
        .run(TrainRequests.with(trained.index, "'model': 'dot', 'ranking': false"));
  }

  /// The errors are identical, to the last bit, to those before training had its own unit.
  @Test
  void halfStars_giveTheSameBitsAsWithoutAUnit() throws IOException {
    StringBuilder csv = new StringBuilder("userId,movieId,rating,timestamp\n");
    for (int user = 0; user < 200; user++) {
      for (int item = 0; item < 60; item++) {
        int hash = (user * 7919 + item * 104729) % 10007;
        if (hash % 2 == 0) {
          int halves = (user % 7 * (item % 5) + user / 20 + item / 12) % 10 + 1;
          csv.append(1 + user).append(',').append(1 + item).append(',').append(halves / 2.0);
          csv.append(',').append(1_400_000_000 + hash * 60).append('\n');
        }
      }
    }
    Trained trained = train(csv.toString(), "", "", PENALTIES);
    TrainResult biased =
        new Train(store).run(TrainRequests.with(trained.index, "'choiceFactors': 0"));
    TrainResult dot = dot(trained);

    assertThat(trained.card.unit()).isEqualTo(1);
    assertThat(biased.figures().trainRmse()).isEqualTo(0.5953182100064741);
    assertThat(evaluate(biased).testRmse()).isEqualTo(1.1895266259192576);
    assertThat(dot.figures().trainRmse()).isEqualTo(0.6617071805961515);
    assertThat(evaluate(dot).testRmse()).isEqualTo(1.2497015539336171);
  }

  /// Play counts: most are 1, a few are hundreds.
  @ParameterizedTest
  @CsvSource({
    "', \"scale\": {\"min\": 1, \"max\": 1000}', 660",
    "', \"scale\": {\"min\": 1, \"max\": 1000000}', 660",
    "', \"scale\": {\"min\": 1, \"max\": 1000000}', 1000000"
  })
  void skewedCounts_trainWithTheDefaults(String scale, int largest) throws IOException {
    StringBuilder csv = new StringBuilder("userId,movieId,rating,timestamp\n");
    for (int i = 0; i < 400; i++) {
      int count = i % 97 == 5 ? largest : i % 31 == 3 ? 41 : 1 + i % 3;
      csv.append(1 + i % 20).append(',').append(1 + i * 7 % 23 + i / 20 * 23).append(',');
      csv.append(count).append(',').append(1_400_000_000 + i).append('\n');
    }
    Trained trained = train(csv.toString(), scale, ", \"kind\": \"random\"", "'seed': 42");

    assertThat(trained.result.figures().epochs()).isEqualTo(20);
    assertThat(trained.result.figures().learningRateCuts()).isZero();
  }
}
