package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole job. The model of [#run_generatedRatings_writesAModelAndItsRefit] stays in `target/store`,
/// where the project's own tests evaluate, publish and query it.
class SparkPipelineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MOVIELENS =
      Path.of(System.getProperty("movielens", "../../../shared/data/ml-latest-small.zip"));

  @TempDir private Path directory;

  private static JsonNode run(Path store, String... more) throws IOException {
    String[] line =
        Stream.concat(
                Stream.of(
                    "--store",
                    store.toString(),
                    "--factors",
                    "4",
                    "--choice-factors",
                    "3",
                    "--iterations",
                    "2",
                    "--ranking-factors",
                    "8",
                    "--ranking-iterations",
                    "2"),
                Stream.of(more))
            .toArray(String[]::new);
    String result =
        SparkPipeline.run(LocalSpark.SESSION, LocalSpark.store(store), Arguments.parse(line));
    return JSON.readTree(result);
  }

  /// Ratings of 150 users with texts as ids, each of a third of 80 items.
  private static String ratings() {
    Random random = new Random(3);
    StringBuilder csv = new StringBuilder("user,item,rating,timestamp\n");
    for (int user = 0; user < 150; user++) {
      for (int item = 0; item < 80; item++) {
        if (random.nextInt(3) == 0) {
          int rating = 1 + Math.floorMod(user + item + random.nextInt(2), 5);
          csv.append("user ").append(user).append(",item ").append(item).append(',');
          csv.append(rating).append(',').append(1_000_000 + random.nextInt(1_000_000)).append('\n');
        }
      }
    }
    return csv.toString();
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void run_generatedRatings_writesAModelAndItsRefit() throws IOException {
    Path store = Path.of("target/store");
    delete(store);
    LocalSpark.write(store, "raw/generated/ratings.csv", ratings());
    LocalSpark.write(store, "raw/generated/settings.json", "{\"evaluate\": {\"users\": 100}}");

    JsonNode scored = run(store, "--key", "raw/generated/ratings.csv", "--result", "runs/1.json");

    Path model = store.resolve(scored.path("manifest").asText()).getParent();
    JsonNode manifest = json(model.resolve("manifest.json"));
    assertThat(json(store.resolve("runs/1.json"))).isEqualTo(scored);
    assertThat(manifest.path("figures").path("rows").asText()).isEqualTo("train");
    manifest
        .path("outputs")
        .fields()
        .forEachRemaining(
            output ->
                assertThat(model.resolve(output.getKey())).hasSize(output.getValue().asLong()));
    assertThat(manifest.path("outputs").fieldNames())
        .toIterable()
        .containsExactly(
            "gram.arrow", "history.json", "items.arrow", "model.json", "seen.arrow", "users.arrow");

    assertThatThrownBy(() -> run(store, "--refit", scored.path("manifest").asText()))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("has no evaluation; evaluate it first");
    Files.writeString(model.resolve("evaluation.json"), "{}");
    JsonNode refit = run(store, "--refit", scored.path("manifest").asText());
    Files.delete(model.resolve("evaluation.json"));

    Path all = store.resolve(refit.path("manifest").asText()).getParent();
    JsonNode card = json(all.resolve("model.json"));
    assertThat(card.path("rows").asText()).isEqualTo("all");
    assertThat(card.path("unit").asDouble()).isEqualTo((5 - 1) / 4.5);
    assertThat(card.path("scoredModel").asText()).isEqualTo(manifest.path("id").asText());
    assertThat(card.path("trainRatings").asLong())
        .isEqualTo(ratings().lines().count() - 1)
        .isEqualTo(refit.path("trainRatings").asLong());
    assertThat(all.resolve("evaluation.json")).hasContent("{}");

    JsonNode again = run(store, "--key", "raw/generated/ratings.csv");
    assertThat(again.path("cached").asBoolean()).isTrue();
    assertThat(again.path("manifest")).isEqualTo(scored.path("manifest"));
    assertThat(again.path("evaluate"))
        .isEqualTo(scored.path("evaluate"))
        .isEqualTo(JSON.readTree("{\"users\": 100}"));
  }

  @Test
  void run_moreUsersThanToEvaluate_writesASampleOfThem() throws IOException {
    LocalSpark.write(directory, "raw/a.csv", ratings());

    JsonNode scored = run(directory, "--key", "raw/a.csv", "--evaluation-users", "40");

    Path model = directory.resolve(scored.path("manifest").asText()).getParent();
    JsonNode card = json(model.resolve("model.json"));
    assertThat(card.path("users").asInt()).isBetween(20, 60);
    assertThat(scored.path("users").asInt()).isEqualTo(150);
    assertThat(card.path("trainRatings").asLong()).isLessThan(scored.path("trainRatings").asLong());
  }

  @Test
  void run_refused_writesTheSentence() throws IOException {
    LocalSpark.write(directory, "raw/a.csv", "userId,movieId,rating\n1,2,x\n");

    assertThatThrownBy(() -> run(directory, "--key", "raw/a.csv", "--result", "runs/1.json"))
        .isInstanceOf(RefusedException.class);

    assertThat(json(directory.resolve("runs/1.json")).path("error").asText())
        .isEqualTo("raw/a.csv, line 2: rating is 'x', expected a number");
  }

  /// The numbers of the notebook that the project comes from, and of the pipeline.
  @Test
  void run_movieLens_hasTheNumbersOfThePipeline() throws IOException {
    assumeThat(MOVIELENS).as("MovieLens' ml-latest-small.zip, or -Dmovielens=FILE").exists();
    Files.createDirectories(directory.resolve("raw"));
    Files.copy(MOVIELENS, directory.resolve("raw/ml.zip"));
    JsonNode expected = json(MOVIELENS.resolveSibling("ml-latest-small.expected.json"));

    JsonNode scored = run(directory, "--key", "raw/ml.zip");

    Path model = directory.resolve(scored.path("manifest").asText()).getParent();
    JsonNode sources = json(model.resolve("manifest.json")).path("sources");
    Path index = directory.resolve(sources.path("index").asText()).getParent();
    JsonNode split = json(directory.resolve(sources.path("split").asText())).path("figures");
    JsonNode quality = json(index.resolve("quality.json"));
    assertThat(split.path("trainThreshold").asDouble())
        .isEqualTo(expected.path("trainThreshold").asDouble());
    assertThat(split.path("testThreshold").asDouble())
        .isEqualTo(expected.path("testThreshold").asDouble());
    for (String set : new String[] {"train", "test", "validation"}) {
      assertThat(split.path(set + "Rows").asLong())
          .isEqualTo(expected.path("rows").path(set).asLong());
      assertThat(split.path(set + "Rows").asLong())
          .isEqualTo(quality.path("sets").path(set).path("rows").asLong());
    }
    assertThat(quality.path("trainUsers")).isEqualTo(expected.path("trainUsers"));
    assertThat(quality.path("trainItems")).isEqualTo(expected.path("trainMovies"));
    assertThat(quality.path("firstUserIds")).isEqualTo(expected.path("firstUserIds"));
    assertThat(quality.path("firstItemIds")).isEqualTo(expected.path("firstMovieIds"));
    assertThat(quality.path("emptyUserRowsAvoided"))
        .isEqualTo(expected.path("emptyUserRowsAvoided"));
    assertThat(quality.path("originalElements")).isEqualTo(expected.path("originalElements"));
    assertThat(quality.path("optimizedElements")).isEqualTo(expected.path("optimizedElements"));
    assertThat(quality.path("savedPercent")).isEqualTo(expected.path("savedPercent"));
    assertThat(quality.path("density").asDouble()).isEqualTo(expected.path("density").asDouble());
    assertThat(quality.path("trainMeanRating").asDouble())
        .isEqualTo(expected.path("trainMeanRating").asDouble());
    assertFirst5(quality.path("train"), expected.path("trainFirst5"));
    for (String set : new String[] {"test", "validation"}) {
      JsonNode found = quality.path(set);
      JsonNode wanted = expected.path(set);
      assertThat(found.path("afterUnknownUsersRemoved"))
          .isEqualTo(wanted.path("afterUnknownUsersRemoved"));
      assertThat(found.path("afterUnknownItemsRemoved"))
          .isEqualTo(wanted.path("afterUnknownMoviesRemoved"));
      assertFirst5(found, wanted.path("first5"));
    }
  }

  private static void assertFirst5(JsonNode set, JsonNode expected) {
    for (int row = 0; row < 5; row++) {
      JsonNode found = set.path("first5").path(row);
      assertThat(
              new double[] {
                found.path("user").asDouble(),
                found.path("item").asDouble(),
                found.path("rating").asDouble(),
                found.path("timestamp").asDouble()
              })
          .containsExactly(JSON.convertValue(expected.path(row), double[].class));
    }
  }
}
