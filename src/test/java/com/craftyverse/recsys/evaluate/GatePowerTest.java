package com.craftyverse.recsys.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Shows what the gate tells apart: of 20 sabotaged models none passes against a good published one, and of 20
/// models that differ in the seed alone none is refused.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatePowerTest {
  private static final Path SAMPLE = Path.of("data", "sample", "craftyverse-sample.zip");
  private static final String DATASET = "set";

  /// A small model that trains in a second, without a search for its penalties.
  private static final String SMALL =
      "'factors': 16, 'epochs': 12, 'rankingFactors': 16, 'rankingEpochs': 5,"
          + " 'rankingRegularization': 0.016, 'rankingUnobservedWeight': 0.2, 'choiceFactors': 0";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LocalObjectStore store;
  private List<String> rows = List.of();
  private String index = "";
  private String good = "";
  private Manifest trained;

  /// Publishes a good model of the sample.
  @BeforeAll
  void publishGoodModel(@TempDir Path directory) throws IOException {
    store = new LocalObjectStore(directory);
    try (ZipFile zip = new ZipFile(SAMPLE.toFile())) {
      byte[] csv =
          zip.getInputStream(
                  zip.stream()
                      .filter(entry -> entry.getName().endsWith("ratings.csv"))
                      .findFirst()
                      .orElseThrow())
              .readAllBytes();
      rows = new String(csv, StandardCharsets.UTF_8).lines().skip(1).toList();
    }
    index = index("raw/set/whole.csv", rows);
    good = train(index, SMALL + ", 'seed': 1");
    assertThat(verdict(good).decision()).isEqualTo(Verdict.Decision.ACCEPTED);
    trained = Manifest.read(store, good, StepName.TRAIN);
    String model = trained.id();
    store.put(
        StoreLayout.current(DATASET),
        Json.write(
            new CurrentModel(
                DATASET,
                model,
                null,
                "2026-01-01T00:00:00Z",
                List.of(
                    new CurrentModel.Publication(
                        model, null, "", "2026-01-01T00:00:00Z", "accepted", null)))));
  }

  private String index(String key, List<String> uploaded) throws IOException {
    String csv = Uploads.HEADER + String.join("\n", uploaded) + "\n";
    String dataset = Uploads.ingest(store, key, csv.getBytes(StandardCharsets.UTF_8)).manifest();
    String split = new Split(store).run(SplitRequest.of(dataset)).manifest();
    return new Index(store).run(IndexRequest.of(split)).manifest();
  }

  private String train(String indexed, String parameters) throws IOException {
    return new Train(store).run(TrainRequests.with(indexed, parameters)).model();
  }

  private Verdict verdict(String model) throws IOException {
    return new Evaluate(store).run(EvaluateRequest.of(model)).figures().verdict();
  }

  /// Changes vectors of a model.
  private interface Sabotage {
    void apply(Vectors users, Vectors items);
  }

  /// The vectors of a file, row by row.
  ///
  /// @param bytes the file
  /// @param columns its float columns by name: the buffer, and values per row
  private record Vectors(byte[] bytes, Map<String, MemorySegment> columns, int rows) {
    static Vectors of(byte[] bytes) throws IOException {
      ArrowFile file = ArrowFile.of(bytes, "vectors");
      Map<String, MemorySegment> columns = new LinkedHashMap<>();
      RecordBatch batch = file.batches().getFirst();
      assertThat(file.batches()).hasSize(1);
      MemorySegment whole = MemorySegment.ofArray(bytes);
      for (String name : List.of("vector.item", "bias", "rankingVector.item")) {
        MemorySegment data = batch.data(name);
        columns.put(name, whole.asOverlappingSlice(data).orElseThrow().asSlice(0, data.byteSize()));
      }
      return new Vectors(bytes, columns, batch.rows());
    }

    private MemorySegment column(String name) {
      return requireNonNull(columns.get(name));
    }

    int size(String column) {
      return (int) (column(column).byteSize() / Float.BYTES / rows);
    }

    /// Moves each row's values to another row.
    void shuffle(long seed, String... names) {
      Integer[] order = new Integer[rows];
      Arrays.setAll(order, i -> i);
      Collections.shuffle(Arrays.asList(order), new Random(seed));
      for (String name : names) {
        int size = size(name);
        float[] old = column(name).toArray(FLOAT);
        map(name, i -> old[order[i / size] * size + i % size]);
      }
    }

    void map(String name, IntToDoubleFunction value) {
      MemorySegment data = column(name);
      int count = rows * size(name);
      for (int i = 0; i < count; i++) {
        data.setAtIndex(FLOAT, i, (float) value.applyAsDouble(i));
      }
    }

    void scale(String name, IntToDoubleFunction factor) {
      float[] old = column(name).toArray(FLOAT);
      map(name, i -> old[i] * factor.applyAsDouble(i));
    }

    /// Fills a column with noise of its own deviation.
    void randomize(String name, long seed) {
      float[] old = column(name).toArray(FLOAT);
      double squares = 0;
      for (float value : old) {
        squares += value * value;
      }
      double deviation = Math.sqrt(squares / old.length);
      Random random = new Random(seed);
      map(name, _ -> deviation * random.nextGaussian());
    }
  }

  private static final String RATING = "vector.item";
  private static final String BIAS = "bias";
  private static final String RANKING = "rankingVector.item";

  private static Map<String, Sabotage> sabotages() {
    Map<String, Sabotage> all = new LinkedHashMap<>();
    all.put("items shuffled", (_, items) -> items.shuffle(1, RATING, BIAS, RANKING));
    all.put("items shuffled otherwise", (_, items) -> items.shuffle(2, RATING, BIAS, RANKING));
    all.put("items' ranking vectors shuffled", (_, items) -> items.shuffle(3, RANKING));
    all.put("items' rating vectors shuffled", (_, items) -> items.shuffle(4, RATING, BIAS));
    all.put("items' ranking vectors negated", (_, items) -> items.scale(RANKING, _ -> -1));
    all.put("users' ranking vectors negated", (users, _) -> users.scale(RANKING, _ -> -1));
    all.put("users shuffled", (users, _) -> users.shuffle(5, RATING, BIAS, RANKING));
    all.put("users' ranking vectors shuffled", (users, _) -> users.shuffle(6, RANKING));
    all.put(
        "first half of the factors zero", (users, items) -> zero(users, items, i -> i % 16 < 8));
    all.put(
        "last half of the factors zero", (users, items) -> zero(users, items, i -> i % 16 >= 8));
    all.put("every other factor zero", (users, items) -> zero(users, items, i -> i % 2 == 0));
    all.put("half of the items zero", (users, items) -> zero(users, items, i -> (i / 16) % 2 == 0));
    all.put("another dataset's items", (_, items) -> random(items, 7));
    all.put(
        "another dataset's items and users",
        (users, items) -> {
          random(users, 8);
          random(items, 9);
        });
    all.put("items' biases negated", (_, items) -> items.scale(BIAS, _ -> -1));
    all.put("rating vectors times ten", (_, items) -> items.scale(RATING, _ -> 10));
    return all;
  }

  private static void zero(Vectors users, Vectors items, IntPredicate isZero) {
    for (Vectors vectors : List.of(users, items)) {
      vectors.scale(RATING, i -> isZero.test(i) ? 0 : 1);
      vectors.scale(RANKING, i -> isZero.test(i) ? 0 : 1);
    }
  }

  private static void random(Vectors vectors, long seed) {
    vectors.randomize(RATING, seed);
    vectors.randomize(BIAS, seed + 100);
    vectors.randomize(RANKING, seed + 200);
  }

  /// Copies the good model and changes it.
  private String sabotaged(String id, Sabotage sabotage) throws IOException {
    String from = "models/" + DATASET + "/" + trained.id() + "/";
    String to = "models/" + DATASET + "/" + id + "/";
    Vectors users = Vectors.of(store.read(from + StoreLayout.USERS).content());
    Vectors items = Vectors.of(store.read(from + StoreLayout.ITEMS).content());
    sabotage.apply(users, items);
    store.put(to + StoreLayout.USERS, users.bytes);
    store.put(to + StoreLayout.ITEMS, items.bytes);
    for (String file : List.of(StoreLayout.SEEN, StoreLayout.GRAM, StoreLayout.HISTORY)) {
      store.put(to + file, store.read(from + file).content());
    }
    String card =
        new String(store.read(from + StoreLayout.MODEL).content(), StandardCharsets.UTF_8);
    store.put(
        to + StoreLayout.MODEL, card.replace(trained.id(), id).getBytes(StandardCharsets.UTF_8));
    store.put(
        to + StoreLayout.MANIFEST,
        Json.write(
            new Manifest(
                trained.step(),
                trained.formatVersion(),
                id,
                DATASET,
                trained.inputs(),
                trained.sources(),
                trained.parameters(),
                trained.outputs(),
                Map.of(),
                trained.figures(),
                trained.finished(),
                1)));
    return to + StoreLayout.MANIFEST;
  }

  @Test
  void sabotagedModels_neverPass() throws IOException {
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    int number = 0;
    for (Map.Entry<String, Sabotage> each : sabotages().entrySet()) {
      verdicts.put(each.getKey(), verdict(sabotaged("sabotage" + number++, each.getValue())));
    }
    verdicts.put(
        "one epoch only", verdict(train(index, SMALL.replace("12", "1").replace("5,", "1,"))));
    verdicts.put(
        "no ranking and one epoch", verdict(train(index, "'ranking': false, 'epochs': 1")));
    for (int percent : new int[] {10, 45}) {
      List<String> truncated = rows.subList(0, rows.size() * percent / 100);
      verdicts.put(
          "upload truncated at " + percent + " %",
          verdict(train(index("raw/set/" + percent + ".csv", truncated), SMALL)));
    }
    verdicts.forEach((name, verdict) -> System.out.println(line(name, verdict)));
    assertThat(verdicts).hasSize(20);
    assertThat(
            verdicts.entrySet().stream()
                .filter(each -> each.getValue().decision() == Verdict.Decision.ACCEPTED)
                .map(Map.Entry::getKey))
        .as("sabotaged models that pass")
        .isEmpty();
  }

  private static String line(String name, Verdict verdict) {
    return name
        + ": "
        + verdict.decision()
        + verdict.checks().stream()
            .filter(check -> check.outcome() == Verdict.Outcome.REFUSED)
            .map(check -> check.name() + " " + check.subject())
            .collect(Collectors.joining(", ", " by ", ""));
  }

  @Test
  void modelsOfOtherSeeds_areNeverRefused() throws IOException {
    for (int seed = 2; seed <= 21; seed++) {
      Verdict verdict = verdict(train(index, SMALL + ", 'seed': " + seed));
      assertThat(verdict.decision())
          .as("seed %d: %s", seed, verdict)
          .isEqualTo(Verdict.Decision.ACCEPTED);
      assertThat(verdict.checks())
          .extracting(Verdict.Check::subject)
          .as("seed %d was compared with the published model", seed)
          .contains("published");
    }
  }
}
