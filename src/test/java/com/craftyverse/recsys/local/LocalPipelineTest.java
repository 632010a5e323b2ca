package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ModelInfoRequest;
import com.craftyverse.recsys.serve.ModelInfoResult;
import com.craftyverse.recsys.serve.ModelsRequest;
import com.craftyverse.recsys.serve.ModelsResult;
import com.craftyverse.recsys.serve.RecommendRequest;
import com.craftyverse.recsys.serve.RecommendResult;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Source;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPipelineTest {
  private static final Path SAMPLE = Path.of("data", "sample", "craftyverse-sample.zip");

  /// User 5 appears only after the first three quarters; user 1 rates item 3 there.
  private static final String FEW =
      """
      userId,movieId,rating,timestamp
      1,1,5.0,1400000000
      1,2,4.0,1400000001
      2,1,4.0,1400000002
      2,3,5.0,1400000003
      2,2,3.0,1400000004
      3,3,5.0,1400000005
      3,1,2.0,1400000006
      3,2,4.0,1400000007
      2,4,3.0,1400000008
      1,4,3.0,1400000009
      3,4,2.0,1400000010
      4,1,3.0,1400000011
      1,3,5.0,1400000100
      2,5,4.0,1400000101
      5,1,4.0,1400000102
      5,3,5.0,1400000103
      """;

  @TempDir Path directory;
  private LocalObjectStore store;
  private RecommendationService service;
  private final List<Run> changes = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    service =
        new RecommendationService(store, new ModelCache(store, Optional.empty(), Duration.ZERO));
  }

  private LocalPipeline.Outcome run(String key, byte[] upload, boolean refit) throws IOException {
    store.put(key, upload);
    return run(key, refit);
  }

  /// Runs the pipeline and collects a snapshot of each change in `changes`.
  private LocalPipeline.Outcome run(String key, boolean refit) throws IOException {
    changes.clear();
    ObjectInfo upload = store.find(key).orElseThrow();
    RunRecorder recorder = new RunRecorder("1", upload, "few", LocalPipeline.STEPS, changes::add);
    return new LocalPipeline(store, refit, 5, recorder).run(upload);
  }

  private RecommendResult recommend(int user) throws IOException {
    String request = "{\"userId\": " + user + ", \"n\": 10}";
    return service.recommend(
        RequestJson.decode(request.getBytes(StandardCharsets.UTF_8), RecommendRequest.class));
  }

  private List<Integer> items(int user) throws IOException {
    return recommend(user).recommendations().stream()
        .map(item -> Integer.valueOf(item.itemId().toString()))
        .toList();
  }

  @Test
  void publishedModel_knowsEveryRatingOfTheUpload() throws IOException {
    run("raw/few/r.csv", FEW.getBytes(StandardCharsets.UTF_8), true);
    assertThat(items(1)).containsExactly(5); // the only item that user 1 has not rated
    assertThat(recommend(5).source()).isEqualTo(Source.model);
    assertThat(items(5)).containsExactlyInAnyOrder(2, 4, 5);
  }

  @Test
  void sampleUsers_areAllKnown_andGetOnlyUnratedItems() throws IOException {
    LocalPipeline.Outcome outcome =
        run("raw/craftyverse-sample.zip", Files.readAllBytes(SAMPLE), true);
    Map<Integer, Set<Integer>> rated = ratedInSample();
    assertThat(rated).hasSize(800);
    for (Map.Entry<Integer, Set<Integer>> user : rated.entrySet()) {
      RecommendResult answer = recommend(user.getKey());
      assertThat(answer.source()).isEqualTo(Source.model);
      assertThat(answer.recommendations())
          .hasSize(10)
          .noneMatch(
              recommendation ->
                  user.getValue().contains(Integer.valueOf(recommendation.itemId().toString())));
    }

    ModelInfoResult info = service.modelInfo(new ModelInfoRequest(null));
    ModelCard card = ModelCard.read(store, outcome.model());
    assertThat(info.ratings()).isEqualTo(100_000);
    assertThat(info.rows()).isEqualTo(Rows.ALL);
    assertThat(info.users()).isEqualTo(800);
    assertThat(info.scoredModel()).isEqualTo(card.scoredModel()).isNotEqualTo(info.model());
    assertThat(info.evaluation()).containsEntry("modelId", info.scoredModel());
    assertThat(
            ModelCard.read(store, "models/craftyverse-sample/" + info.scoredModel() + "/").rows())
        .isEqualTo(Rows.TRAIN);
    // The log repeats the outcome of the upload, but no step runs again.
    assertThat(run("raw/craftyverse-sample.zip", true)).isEqualTo(outcome);
    Run repeated = changes.getLast();
    assertThat(repeated.steps()).allMatch(Run.Step::cached);
    assertThat(repeated.epochs()).isEmpty();
    assertThat(repeated.published()).isTrue();
  }

  @Test
  void run_reportsStepsEpochsAndScores() throws IOException {
    run("raw/craftyverse-sample.zip", Files.readAllBytes(SAMPLE), true);
    Run run = changes.getLast();
    assertThat(run.steps())
        .extracting(Run.Step::step)
        .containsExactly("ingest", "split", "index", "train", "evaluate", "refit", "publish");
    assertThat(run.steps())
        .allSatisfy(
            step -> {
              assertThat(step.state()).isEqualTo(Run.StepState.done);
              assertThat(step.cached()).isFalse();
              assertThat(step.seconds()).isPositive();
              assertThat(step.summary()).isNotBlank();
            });
    assertThat(run.steps().getFirst().summary()).startsWith("100,000 ratings, ");

    // What the model's own history has, epoch by epoch.
    ModelInfoResult info = service.modelInfo(new ModelInfoRequest(null));
    String history = "models/craftyverse-sample/" + info.scoredModel() + "/history.json";
    JsonNode recorded = new ObjectMapper().readTree(store.read(history).content());
    assertThat(epochs(run, "rating", "train").stream().map(Run.Epoch::validationRmse).toList())
        .isEqualTo(values(recorded.path("rating"), "validationRmse"));
    assertThat(epochs(run, "ranking", "train").stream().map(Run.Epoch::ndcgAt10).toList())
        .isEqualTo(values(recorded.at("/ranking/epochs"), "ndcg"));
    assertThat(epochs(run, "rating", "refit")).isNotEmpty();
    assertThat(epochs(run, "rating", "train").getFirst().of()).isEqualTo(20);

    // Each step waits, runs, and is done, and no two run at once.
    for (Run change : changes) {
      assertThat(change.steps().stream().filter(s -> s.state() == Run.StepState.running).count())
          .isLessThanOrEqualTo(1);
    }
    assertThat(changes.getFirst().steps().getLast().state()).isEqualTo(Run.StepState.waiting);
    assertThat(changes)
        .anySatisfy(
            change ->
                assertThat(change.steps().get(3).activity())
                    .isEqualTo("searching for the ranking model's penalties"));

    JsonNode test = new ObjectMapper().valueToTree(info.evaluation()).path("test");
    Run.Scores scores = Objects.requireNonNull(run.result());
    assertThat(scores.rmse()).isEqualTo(test.at("/ratings/rmse").asDouble());
    assertThat(scores.ndcgAt10()).containsKeys("preference", "mostPopular", "recentlyPopular");
    assertThat(run.model()).isEqualTo(info.model());
  }

  private static List<Run.Epoch> epochs(Run run, String model, String step) {
    return run.epochs().stream()
        .filter(epoch -> epoch.model().equals(model) && epoch.step().equals(step))
        .toList();
  }

  private static List<Double> values(JsonNode entries, String field) {
    List<Double> values = new ArrayList<>();
    entries.forEach(entry -> values.add(entry.path(field).asDouble()));
    return values;
  }

  @Test
  void withoutRefit_theScoredModelIsPublished() throws IOException {
    LocalPipeline.Outcome outcome =
        run("raw/few/r.csv", FEW.getBytes(StandardCharsets.UTF_8), false);
    ModelInfoResult info = service.modelInfo(new ModelInfoRequest(null));
    assertThat(info.rows()).isEqualTo(Rows.TRAIN);
    assertThat(info.scoredModel()).isEqualTo(info.model());
    assertThat(outcome.model()).isEqualTo("models/few/" + info.model() + "/");
    assertThat(recommend(5).source()).isEqualTo(Source.popular);
  }

  /// A truncated export is no error, but it does not replace the model of the whole one.
  @Test
  void truncatedUpload_isRefused_andTheOldModelKeepsServing() throws IOException {
    String export = Uploads.ratings(20, 20);
    LocalPipeline.Outcome whole =
        run("raw/few/r.csv", export.getBytes(StandardCharsets.UTF_8), true);
    String truncated = export.lines().limit(100).collect(Collectors.joining("\n"));
    run("raw/few/r.csv", truncated.getBytes(StandardCharsets.UTF_8), true);

    CurrentModel current = CurrentModel.find(store, "few").orElseThrow().current();
    assertThat(StoreLayout.modelDirectory("few", current.model())).isEqualTo(whole.model());
    assertThat(current.history()).hasSize(1);
    assertThat(recommend(20).source()).isEqualTo(Source.model);
    ModelsResult models = service.models(new ModelsRequest("few", null));
    assertThat(models.datasets().getFirst().versions())
        .extracting(version -> Objects.requireNonNull(version.verdict()).decision())
        .containsExactlyInAnyOrder("refused", "insufficientEvidence");
  }

  private static Map<Integer, Set<Integer>> ratedInSample() throws IOException {
    Map<Integer, Set<Integer>> rated = new TreeMap<>();
    try (ZipFile zip = new ZipFile(SAMPLE.toFile())) {
      String csv =
          new String(
              zip.getInputStream(
                      zip.stream()
                          .filter(entry -> entry.getName().endsWith("ratings.csv"))
                          .findFirst()
                          .orElseThrow())
                  .readAllBytes(),
              StandardCharsets.UTF_8);
      csv.lines()
          .skip(1)
          .map(line -> line.split(","))
          .forEach(
              row ->
                  rated
                      .computeIfAbsent(Integer.valueOf(row[0]), _ -> new HashSet<>())
                      .add(Integer.valueOf(row[1])));
    }
    return rated;
  }
}
