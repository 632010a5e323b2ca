package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequestBuilder;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RecommendResult;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.serve.Source;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds the formats of `src/spark` against those of the project: takes the models that the Spark job's tests
/// leave in `src/spark/target/store` through evaluate, publish and recommend.
class SparkModelIT {
  private static final Path WRITTEN = Path.of("src/spark/target/store");
  private static final String DATASET = "generated";

  @TempDir Path directory;

  private ObjectStore store;

  @BeforeEach
  void copy() throws IOException {
    assumeTrue(
        Files.isDirectory(WRITTEN.resolve("models/" + DATASET)),
        "no models of the Spark job in "
            + WRITTEN
            + "; ./mvnw -f src/spark/pom.xml verify makes them");
    try (Stream<Path> files = Files.walk(WRITTEN)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = directory.resolve(WRITTEN.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    store = new LocalObjectStore(directory);
  }

  /// Returns the directory of the model that learned from the rows, with a trailing slash.
  private String model(Rows rows) throws IOException {
    try (Stream<Path> models = Files.list(directory.resolve("models/" + DATASET))) {
      for (Path model : models.toList()) {
        String key = StoreLayout.modelDirectory(DATASET, model.getFileName().toString());
        if (ModelCard.read(store, key).rows() == rows) {
          return key;
        }
      }
    }
    throw new AssertionError("no model of " + rows + " rows");
  }

  private EvaluateResult evaluate(String model) throws IOException {
    return new Evaluate(store)
        .run(EvaluateRequestBuilder.builder().manifest(model + StoreLayout.MANIFEST).build());
  }

  @Test
  void evaluate_modelOfSpark_measuresItBesideTheBaselines() throws IOException {
    EvaluateResult result = evaluate(model(Rows.TRAIN));

    assertThat(result.figures().protocol()).isEqualTo("replay");
    assertThat(result.figures().test().reason()).isNull();
    assertThat(result.figures().testRmse()).isBetween(0.5, 3.0);
    assertThat(result.figures().testNdcg()).isBetween(0.05, 1.0);
    assertThat(new String(store.read(result.report()).content(), StandardCharsets.UTF_8))
        .contains("mllib");
  }

  @Test
  void publish_refitOfSpark_answersQueries() throws IOException {
    String scored = model(Rows.TRAIN);
    String refit = model(Rows.ALL);
    evaluate(scored);
    for (String name : List.of(StoreLayout.EVALUATION, StoreLayout.REPORT)) {
      Files.write(directory.resolve(refit + name), store.read(scored + name).content());
    }

    PublishResult published =
        new Publish(store)
            .run(
                new PublishRequest(refit + StoreLayout.MANIFEST, null, null, null)
                    .withForce("none"));

    assertThat(published.published()).isTrue();
    Requests requests =
        new Requests(
            new RecommendationService(
                store, new ModelCache(store, Optional.of(DATASET), Duration.ofDays(1))));
    RecommendResult known = requests.recommend("{'userId': 'user 7', 'n': 5}");
    assertThat(known.source()).isEqualTo(Source.model);
    assertThat(known.rankedBy()).isEqualTo(RankBy.preference);
    assertThat(known.recommendations())
        .hasSize(5)
        .allSatisfy(each -> assertThat(each.rating()).isBetween(1f, 5f));
    RecommendResult foldedIn =
        requests.recommend(
            "{'ratings': [{'itemId': 'item 1', 'rating': 5}, {'itemId': 'item 6', 'rating': 4}], 'n': 80}");
    assertThat(foldedIn.source()).isEqualTo(Source.foldIn);
    assertThat(foldedIn.recommendations())
        .hasSize(78)
        .noneMatch(each -> each.itemId().equals(Id.of("item 6")));
  }
}
