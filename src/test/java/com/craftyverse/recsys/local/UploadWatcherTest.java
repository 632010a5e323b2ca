package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.Await;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FreshStore.Watched.class)
class UploadWatcherTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Inject ObjectStore store;

  @Test
  void emptyStore_getsTheSample_whichBecomesAModelThatAnswers() throws Exception {
    CurrentModel current = await(() -> current("craftyverse-sample"));
    JsonNode evaluation =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(store.read(current.history().getFirst().evaluation()).content())
            .path("figures");
    JsonNode ratings = evaluation.path("test").path("ratings");
    assertThat(ratings.path("ratings").asLong()).isGreaterThanOrEqualTo(2_000);
    assertThat(ratings.path("users").asInt()).isGreaterThanOrEqualTo(100);
    assertThat(ratings.path("rmse").asDouble()).isLessThan(ratings.path("baselineRmse").asDouble());
    JsonNode ranking = evaluation.path("test").path("ranking");
    assertThat(ranking.path("users").asInt()).isGreaterThanOrEqualTo(100);
    assertThat(evaluation.path("protocol").asText()).isEqualTo("replay");
    Http.Answer answer =
        Http.post(
            "predict",
            "{\"dataset\": \"craftyverse-sample\", \"userId\": 1, \"itemIds\": [1, 2, 3]}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("model").asText()).isEqualTo(current.model());
  }

  @Test
  void fileThatIsStillBeingWritten_isNotTaken_andOtherContentIsANewVersion() throws Exception {
    byte[] first = Uploads.zip(Uploads.ratings(40, 40), Uploads.MOVIES);
    byte[] second = Uploads.zip(Uploads.ratings(40, 50), Uploads.MOVIES);
    Path upload = Path.of(store.location(), "raw", "slow.zip");
    Files.createDirectories(upload.getParent());
    try (OutputStream out = Files.newOutputStream(upload)) {
      // Slower than the watcher's interval. If the watcher had taken a part, it would have refused
      // a broken zip, and there would be more than one version later.
      for (int part = 0; part < 4; part++) {
        int from = first.length * part / 4;
        out.write(Arrays.copyOfRange(first, from, first.length * (part + 1) / 4));
        out.flush();
        assertThat(store.list("datasets/slow/")).isEmpty();
        LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
      }
    }
    CurrentModel one = await(() -> current("slow"));
    assertThat(versions("slow")).isEqualTo(1);

    // So few ratings replace a model only by force.
    Files.write(upload, second);
    String scored = await(() -> undecided("slow", one));
    assertThat(versions("slow")).isEqualTo(2);
    assertThat(current("slow").orElseThrow().model()).isEqualTo(one.model());
    Http.Answer forced =
        Http.post(
            "publish",
            "{\"dataset\": \"slow\", \"model\": \"%s\", \"force\": \"%s\"}"
                .formatted(scored, one.model()));
    assertThat(forced.json().path("published").asBoolean()).as(forced.text()).isTrue();
    CurrentModel two = current("slow").orElseThrow();
    assertThat(two.model()).isEqualTo(scored);

    // The first content again: it is recognised and does not replace the second.
    Files.write(upload, first);
    await(() -> uploadNotes("slow") == 3 ? Optional.of(true) : Optional.empty());
    assertThat(versions("slow")).isEqualTo(2);
    assertThat(current("slow").orElseThrow().model()).isEqualTo(two.model());
  }

  @Test
  void secondDownload_becomesAModelOfADatasetNamedAfterIt() throws Exception {
    store.put(
        "raw/Bewertungen März (1).csv", Uploads.ratings(40, 40).getBytes(StandardCharsets.UTF_8));
    assertThat(await(() -> current("Bewertungen-Marz-1")).model()).isNotEmpty();
  }

  /// The recipe for a given split in data/README.md, with the watcher on.
  @Test
  void givenSplit_inOneDirectory_neverTrainsOnItsTestFile() throws Exception {
    Path raw = Path.of(store.location(), "raw");
    Path pair = Files.createDirectories(raw.resolve("pair"));
    Files.writeString(pair.resolve("u1.base"), pairFile(1, 40));
    Files.writeString(pair.resolve("u1.test"), pairFile(41, 60));
    String base = ingest("raw/pair/u1.base").path("manifest").asText();
    JsonNode test = ingest("raw/pair/u1.test");
    assertThat(test.path("ratings").asLong()).isEqualTo(20 * 30);
    Http.Answer split =
        Http.post(
            "split",
            "{\"manifest\": \""
                + base
                + "\", \"kind\": \"given\", \"test\": \""
                + test.path("manifest").asText()
                + "\"}");
    assertThat(split.status()).as(split.text()).isEqualTo(200);
    assertThat(split.json().path("testRows").asLong()).isEqualTo(20 * 30);

    // The watcher takes it after the pair, because its name sorts later.
    Files.write(raw.resolve("pair-z.zip"), Uploads.zip(Uploads.ratings(40, 40), Uploads.MOVIES));
    await(() -> current("pair-z"));
    await(() -> current("pair"));
    assertThat(Http.post("modelInfo", "{\"dataset\": \"pair\"}").json().path("users").asInt())
        .isBetween(1, 40);
    assertThat(test.path("maxUserId").asInt()).isEqualTo(60);
    Http.Answer known =
        Http.post("predict", "{\"dataset\": \"pair\", \"userId\": 50, \"itemIds\": [1]}");
    assertThat(known.json().at("/predictions/0/source").asText())
        .as("a user who is only in the test file")
        .isEqualTo("fallback");
  }

  private static JsonNode ingest(String key) throws Exception {
    Http.Answer answer = Http.post("ingest", "{\"key\": \"" + key + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  /// Returns ratings in the layout of ml-100k, 30 per user.
  private static String pairFile(int firstUser, int lastUser) {
    StringBuilder rows = new StringBuilder();
    for (int user = firstUser; user <= lastUser; user++) {
      for (int item = 1; item <= 30; item++) {
        rows.append(user).append('\t').append(item).append('\t').append(1 + (user + item) % 5);
        rows.append('\t').append(1_400_000_000 + (user * 37 + item * 101) % 5_000).append('\n');
      }
    }
    return rows.toString();
  }

  /// Returns the evaluated model that has not been published; empty while there is none.
  private Optional<String> undecided(String dataset, CurrentModel published) throws IOException {
    return store.list("models/" + dataset + "/").stream()
        .map(ObjectInfo::key)
        .filter(key -> key.endsWith("/evaluation.json"))
        .map(key -> key.split("/", -1)[2])
        .filter(model -> !model.equals(published.model()))
        .filter(model -> !model.equals(published.scoredModel()))
        .findFirst();
  }

  private Optional<CurrentModel> current(String dataset) throws IOException {
    return CurrentModel.find(store, dataset).map(CurrentModel.Versioned::current);
  }

  private long versions(String dataset) throws IOException {
    return store.list("datasets/" + dataset + "/").stream()
        .filter(object -> object.key().matches("datasets/[^/]+/[^/]+/manifest.json"))
        .count();
  }

  private long uploadNotes(String dataset) throws IOException {
    return store.list("datasets/" + dataset + "/uploads/").size();
  }

  private static <T> T await(Callable<Optional<T>> condition) throws Exception {
    return Await.value(TIMEOUT, "the watcher's result", condition);
  }
}
