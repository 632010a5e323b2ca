package com.craftyverse.recsys.serve;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelVersionsTest {
  private static final String TRAINED = "2026-01-01T00:00:00Z";

  @TempDir Path directory;
  private LocalObjectStore backing;
  private CountingStore store;
  private Requests requests;
  private int written;

  @BeforeEach
  void open() throws IOException {
    backing = new LocalObjectStore(directory);
    store = new CountingStore(backing);
    requests =
        new Requests(
            new RecommendationService(
                store.store(),
                new ModelCache(store.store(), Optional.empty(), Duration.ofDays(1))));
  }

  @Test
  void models_beforeTheFirstModel_areNone() throws IOException {
    assertThat(requests.models("{}").datasets()).isEmpty();
    assertThat(requests.models("{'dataset': 'set'}").datasets()).isEmpty();
    backing.put("models/set/m1/checkpoint", new byte[] {1});
    assertThat(requests.models("{}").datasets()).isEmpty();
  }

  @Test
  void models_areNewestFirst_withDatesSizesAndScores() throws IOException {
    write(new ModelFixture("set", "m1"));
    publish("m1");
    write(new ModelFixture("set", "m2").withRanking());
    String published = published();
    write(new ModelFixture("set", "m0"));
    ModelsResult.Dataset set = only(requests.models("{'dataset': 'set'}"));
    assertThat(set.dataset()).isEqualTo("set");
    assertThat(set.model()).isEqualTo("m1");
    assertThat(set.problem()).isNull();
    ModelVersionBuilder version =
        ModelVersionBuilder.builder()
            .trained(TRAINED)
            .rows(Rows.TRAIN)
            .feedback(Feedback.RATINGS)
            .users(3)
            .items(4)
            .ratings(4L)
            .factors(2)
            .scores(new ModelVersion.Scores(0.75, null, null, null, null, null))
            .verdict(new ModelVersion.Verdict("accepted", List.of()));
    assertThat(set.versions())
        .containsExactly(
            version.model("m0").scoredModel("m0").build(),
            version.model("m2").scoredModel("m2").rankingFactors(2).build(),
            version
                .model("m1")
                .scoredModel("m1")
                .rankingFactors(null)
                .current(true)
                .published(published)
                .build());
  }

  @Test
  void models_published_isTheLatestTime() throws IOException {
    CurrentModel.Publication again = publication("m1", null, "2026-03-03T00:00:00Z");
    CurrentModel.Publication second = publication("m2", null, "2026-02-02T00:00:00Z");
    CurrentModel.Publication first = publication("m1", null, "2026-01-01T00:00:00Z");
    write(new ModelFixture("set", "m1"));
    write(new ModelFixture("set", "m2"));
    current("m1", again, second, first);
    assertThat(only(requests.models("{}")).versions())
        .extracting(ModelVersion::model, ModelVersion::published, ModelVersion::current)
        .containsExactly(
            tuple("m2", "2026-02-02T00:00:00Z", false), tuple("m1", "2026-03-03T00:00:00Z", true));
  }

  @Test
  void models_retrainedOnAllRows_nameTheScoredOne_whichIsNotListed() throws IOException {
    write(new ModelFixture("set", "scored1"));
    write(new ModelFixture("set", "served1").of(Rows.ALL, "scored1", "scored1"));
    publish("served1");
    write(new ModelFixture("set", "scored2"));
    write(new ModelFixture("set", "served2").of(Rows.ALL, "scored2", "scored2"));
    assertThat(only(requests.models("{}")).versions())
        .extracting(ModelVersion::model, ModelVersion::scoredModel, ModelVersion::rows)
        .containsExactly(
            tuple("served2", "scored2", Rows.ALL), tuple("served1", "scored1", Rows.ALL));
    publish("scored2");
    assertThat(ids("{}")).containsExactly("served2", "scored2", "served1");
  }

  /// In a copied store, the order of writing says nothing.
  @Test
  void models_scoredOneWrittenLater_isNotListedEither() throws IOException {
    write(new ModelFixture("set", "served").of(Rows.ALL, "scored", "scored"));
    write(new ModelFixture("set", "scored"));
    write(new ModelFixture("set", "other"));
    assertThat(ids("{}")).containsExactly("other", "served");
  }

  @Test
  void models_onlyTheNewestAreRead_andNoneIsLoaded() throws IOException {
    for (int model = 1; model <= 30; model++) {
      write(new ModelFixture("set", "m" + (100 + model)));
    }
    publish("m130");
    store.drainCalls();
    assertThat(ids("{'n': 2}")).containsExactly("m130", "m129");
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder(
            "list ", // models/
            "read current.json",
            "read manifest.json",
            "read model.json",
            "read evaluation.json",
            "read manifest.json",
            "read model.json",
            "read evaluation.json");
    assertThat(ids("{}")).hasSize(20);
    assertThat(ids("{'n': 100}")).hasSize(30);
  }

  @Test
  void models_currentOne_isAlwaysListed() throws IOException {
    write(new ModelFixture("set", "m1"));
    publish("m1");
    write(new ModelFixture("set", "m2"));
    write(new ModelFixture("set", "m3"));
    write(new ModelFixture("set", "m4"));
    assertThat(ids("{'n': 1}")).containsExactly("m1");
    assertThat(ids("{'n': 2}")).containsExactly("m4", "m1");
    assertThat(ids("{'n': 3}")).containsExactly("m4", "m3", "m1");
    assertThat(ids("{'n': 4}")).containsExactly("m4", "m3", "m2", "m1");
  }

  @Test
  void models_withoutADataset_areThoseOfAll_byName() throws IOException {
    write(new ModelFixture("b", "m1"));
    new Publish(backing).run(new PublishRequest("models/b/m1/manifest.json"));
    write(new ModelFixture("a", "m2"));
    write(new ModelFixture("a.b", "m3"));
    List<ModelsResult.Dataset> datasets = requests.models("{}").datasets();
    assertThat(datasets).extracting(ModelsResult.Dataset::dataset).containsExactly("a", "a.b", "b");
    assertThat(datasets).extracting(ModelsResult.Dataset::model).containsExactly(null, null, "m1");
    assertThat(ids("{'dataset': 'a'}")).containsExactly("m2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "manifest.json   | {   | manifest.json is damaged; train the model again",
        "manifest.json   | {}  | manifest.json is damaged; train the model again",
        "model.json      |     | model.json is missing; train the model again",
        "model.json      | {}  | model.json is damaged; train the model again",
        "model.json      | {\"formatVersion\": 1, \"mean\": 3} |"
            + " model.json is of another format version; train the model again",
        "model.json      | []  | model.json is damaged; train the model again",
        "evaluation.json | 7   | evaluation.json is damaged; evaluate the model again",
        "evaluation.json | {}  | evaluation.json is damaged; evaluate the model again",
      })
  void models_unreadableVersion_isListedWithTheProblem(
      String file, @Nullable String content, String problem) throws IOException {
    write(new ModelFixture("set", "m1"));
    write(new ModelFixture("set", "m2"));
    publish("m2");
    String key = "models/set/m1/" + file;
    if (content == null) {
      backing.delete(key);
    } else {
      backing.put(key, content.getBytes(StandardCharsets.UTF_8));
    }
    Map<String, ModelVersion> versions = byModel();
    assertThat(versions.keySet()).containsExactlyInAnyOrder("m1", "m2");
    ModelVersion damaged = requireNonNull(versions.get("m1"));
    assertThat(damaged.problem()).isEqualTo(problem);
    assertThat(damaged.scores()).isNull();
    ModelVersion intact = requireNonNull(versions.get("m2"));
    assertThat(intact.problem()).isNull();
    assertThat(intact.users()).isEqualTo(3);
  }

  @Test
  void models_unreadableCurrentModel_isAProblemOfTheDataset() throws IOException {
    write(new ModelFixture("set", "m1"));
    backing.put("models/set/current.json", new byte[] {'{'});
    ModelsResult.Dataset set = only(requests.models("{}"));
    assertThat(set.model()).isNull();
    assertThat(set.problem()).isEqualTo("current.json is damaged; publish a model again");
    assertThat(set.versions()).extracting(ModelVersion::model).containsExactly("m1");
  }

  @Test
  void models_withoutEvaluation_haveNoScores() throws IOException {
    write(new ModelFixture("set", "m1"));
    backing.delete("models/set/m1/evaluation.json");
    ModelVersion version = requireNonNull(byModel().get("m1"));
    assertThat(version.scores()).isNull();
    assertThat(version.problem()).isNull();
    assertThat(version.users()).isEqualTo(3);
  }

  @Test
  void models_evaluation_givesScoresBesideBaselines_andTheVerdict() throws IOException {
    write(new ModelFixture("set", "m1"));
    write(new ModelFixture("set", "m2"));
    evaluate(
        "m1",
        StepName.EVALUATE.formatVersion(),
        """
        {"modelId": "m1", "testRmse": 0.84,
         "test": {
           "ratings": {"ratings": 5282, "users": 159, "rmse": 0.84, "baselineRmse": 0.9},
           "ranking": {"users": 200, "rankers": {
             "preference": {"all": {"at10": {"ndcg": {"value": 0.31, "low": 0.3, "high": 0.32}}}},
             "rating": {},
             "mostPopular": {"all": {"at10": {"ndcg": {"value": 0.2}}}},
             "recentlyPopular": {"all": {"at10": {"ndcg": {"value": 0.22}}}}}},
           "reason": "why"},
         "verdict": {"decision": "refused", "reasons": ["It is worse."], "checks": [{"name": "x"}]}}
        """);
    evaluate("m2", 1, "{\"test\": 7}");
    Map<String, ModelVersion> versions = byModel();
    ModelVersion version = requireNonNull(versions.get("m1"));
    assertThat(version.scores())
        .isEqualTo(
            new ModelVersion.Scores(
                0.84,
                0.9,
                5282L,
                Map.of("preference", 0.31, "mostPopular", 0.2, "recentlyPopular", 0.22),
                200,
                "why"));
    assertThat(version.verdict())
        .isEqualTo(new ModelVersion.Verdict("refused", List.of("It is worse.")));
    assertThat(requireNonNull(versions.get("m2")).problem())
        .isEqualTo("evaluation.json is of another format version; evaluate the model again");
  }

  @Test
  void models_withAReport_nameItsKey() throws IOException {
    write(new ModelFixture("set", "m1"));
    write(new ModelFixture("set", "m2"));
    backing.put("models/set/m1/report.html", new byte[] {'x'});
    Map<String, ModelVersion> versions = byModel();
    assertThat(requireNonNull(versions.get("m1")).report()).isEqualTo("models/set/m1/report.html");
    assertThat(requireNonNull(versions.get("m2")).report()).isNull();
  }

  @Test
  void models_whileTheStoreCannotBeRead_areUnavailable() throws IOException {
    write(new ModelFixture("set", "m1"));
    store.fail("model.json");
    assertThatThrownBy(() -> requests.models("{}"))
        .isInstanceOf(ServiceException.class)
        .hasMessage("the store cannot be read at the moment; try again");
  }

  /// Writes a model later than those before it.
  private void write(ModelFixture fixture) throws IOException {
    fixture.write(backing);
    written++;
    Files.setLastModifiedTime(
        directory.resolve(fixture.directory() + "manifest.json"),
        FileTime.from(Instant.parse(TRAINED).plusSeconds(written)));
  }

  private void publish(String model) throws IOException {
    new Publish(backing).run(new PublishRequest(null, "set", model, null));
  }

  private String published() throws IOException {
    return CurrentModel.find(backing, "set").orElseThrow().current().published();
  }

  private static CurrentModel.Publication publication(
      String model, @Nullable String scoredModel, String published) {
    return new CurrentModel.Publication(
        model, scoredModel, "models/set/" + model + "/evaluation.json", published, null, null);
  }

  private void current(String model, CurrentModel.Publication... history) throws IOException {
    backing.put(
        "models/set/current.json",
        Json.write(new CurrentModel("set", model, null, history[0].published(), List.of(history))));
  }

  @SuppressWarnings("unchecked")
  private void evaluate(String model, int formatVersion, String figures) throws IOException {
    backing.put(
        "models/set/" + model + "/evaluation.json",
        Json.write(
            new Manifest(
                StepName.EVALUATE,
                formatVersion,
                "evaluation",
                "set",
                Map.of("train", model),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Json.read(figures.getBytes(StandardCharsets.UTF_8), Map.class, "figures"),
                TRAINED,
                1)));
  }

  private static ModelsResult.Dataset only(ModelsResult result) {
    assertThat(result.datasets()).hasSize(1);
    return result.datasets().getFirst();
  }

  private List<String> ids(String request) {
    return only(requests.models(request)).versions().stream().map(ModelVersion::model).toList();
  }

  private Map<String, ModelVersion> byModel() {
    return only(requests.models("{}")).versions().stream()
        .collect(Collectors.toMap(ModelVersion::model, version -> version));
  }
}
