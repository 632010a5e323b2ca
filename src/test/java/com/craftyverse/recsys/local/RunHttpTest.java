package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Uploads, submits and watches runs over HTTP, as a page does.
@QuarkusTest
@TestProfile(RunHttpTest.WithSample.class)
class RunHttpTest {
  private static final Path SAMPLE = Path.of("data/sample/craftyverse-sample.zip");
  private static final int LIMIT = 3_000_000;

  /// A server that has the sample and does not watch for uploads.
  public static class WithSample extends FreshStore {
    @Override
    protected Map<String, String> settings() {
      return Map.of(
          "recsys.sample", SAMPLE.toString(), "recsys.max-upload-bytes", String.valueOf(LIMIT));
    }
  }

  @Inject ObjectStore store;

  /// The events of a stream, read one by one.
  private static final class Events implements AutoCloseable {
    private final Stream<String> stream;
    private final Iterator<String> lines;

    Events() throws IOException, InterruptedException {
      stream = Http.lines("/events");
      lines = stream.iterator();
      assertThat(lines.next()).isEqualTo("retry: 2000");
    }

    /// Returns the data of the next event, which must have that name.
    JsonNode next(String name) throws IOException {
      String line = lines.next();
      while (line.isEmpty() || line.startsWith(":")) {
        line = lines.next();
      }
      assertThat(line).isEqualTo("event: " + name);
      String data = lines.next();
      assertThat(data).startsWith("data: ");
      assertThat(lines.next()).isEmpty();
      return new ObjectMapper().readTree(data.substring("data: ".length()));
    }

    /// Returns the events of a run until it ends.
    List<JsonNode> untilEnd(String run) throws IOException {
      List<JsonNode> events = new ArrayList<>();
      String state = "";
      while (!List.of("done", "refused", "failed", "stopped").contains(state)) {
        JsonNode event = next("run");
        if (event.path("run").asText().equals(run)) {
          events.add(event);
          state = event.path("state").asText();
        }
      }
      return events;
    }

    @Override
    public void close() {
      stream.close();
    }
  }

  private static byte[] reviews() {
    return Uploads.ratings(40, 40)
        .replace("userId,movieId,rating,timestamp", "who;what;stars;at")
        .replaceAll("(\\d),", "$1;")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void upload_isReadDry_submittedWithChoices_andWatchedUntilItAnswers() throws Exception {
    Http.Answer uploaded = Http.put("/uploads/my%20reviews.csv", reviews());
    assertThat(uploaded.status()).as(uploaded.text()).isEqualTo(201);
    assertThat(uploaded.json().path("key").asText()).isEqualTo("incoming/my reviews.csv");
    assertThat(uploaded.json().path("bytes").asInt()).isEqualTo(reviews().length);
    assertThat(store.list("raw/my")).isEmpty();

    String key = "\"key\": \"incoming/my reviews.csv\"";
    Http.Answer unusable = Http.post("ingest", "{" + key + ", \"dryRun\": true}");
    assertThat(unusable.status()).as(unusable.text()).isEqualTo(200);
    assertThat(unusable.json().path("problem").asText())
        .contains("the header is 'who;what;stars;at'");
    assertThat(unusable.json().path("dataset").asText()).isEqualTo("my-reviews");
    String choices =
        """
        "columns": {"user": "who", "item": "what", "rating": "stars", "timestamp": "at"},
        "delimiter": ";", "scale": {"min": 0.5, "max": 5, "step": 0.5}""";
    JsonNode preview =
        Http.post("ingest", "{" + key + ", " + choices + ", \"dryRun\": true}").json();
    assertThat(preview.path("dataset").asText()).isEqualTo("my-reviews");
    assertThat(preview.path("ratings").asLong()).isPositive();

    try (Events events = new Events()) {
      events.next("state");
      JsonNode submitted =
          Http.post("submit", "{" + key + ", " + choices + ", \"dataset\": \"reviews\"}").json();
      assertThat(submitted.path("key").asText()).isEqualTo("raw/reviews/my reviews.csv");
      assertThat(submitted.path("dataset").asText()).isEqualTo("reviews");
      List<JsonNode> changes = events.untilEnd(submitted.path("run").asText());
      assertThat(changes.getFirst().path("state").asText()).isEqualTo("queued");
      JsonNode end = changes.getLast();
      assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("done");
      assertThat(end.path("published").asBoolean()).isTrue();
      assertThat(end.path("epochs")).isNotEmpty();
      // Who comes later finds the same.
      assertThat(Http.get("/runs").json().path("runs").get(0)).isEqualTo(end);
    }
    assertThat(store.find("incoming/my reviews.csv")).isEmpty();
    JsonNode info = Http.post("modelInfo", "{\"dataset\": \"reviews\"}").json();
    assertThat(info.path("ratingStep").asDouble()).isEqualTo(0.5);

    // Another file must not replace the dataset by mistake.
    Http.put("/uploads/other.csv", reviews());
    Http.Answer other =
        Http.post("submit", "{\"key\": \"incoming/other.csv\", \"dataset\": \"reviews\"}");
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.error()).contains("would replace 'raw/reviews/my reviews.csv'");
    assertThat(store.find("incoming/other.csv")).isPresent();

    // The settings hold for a plain request, too: the upload is not ingested again.
    Http.Answer again = Http.post("ingest", "{\"key\": \"raw/reviews/my reviews.csv\"}");
    assertThat(again.json().path("cached").asBoolean()).as(again.text()).isTrue();
  }

  @Test
  void sample_isSubmitted_andStopped() throws Exception {
    assertThat(Http.get("/runs").json().path("sample").asText())
        .isEqualTo("craftyverse-sample.zip");
    try (Events events = new Events()) {
      events.next("state");
      String run = Http.post("submit", "{\"sample\": true}").json().path("run").asText();
      JsonNode stopped = Http.post("stop", "{\"run\": \"" + run + "\"}").json();
      assertThat(stopped.path("run").asText()).isEqualTo(run);
      assertThat(events.untilEnd(run).getLast().path("state").asText()).isEqualTo("stopped");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                              | 400 | field 'key' is missing
          {"key": "models/a"}             | 400 | field 'key': 'models/a' is no upload
          {"key": "raw/a.csv","dataset":"b"} | 400 | cannot move to another dataset
          {"key": "incoming/absent.csv"}  | 404 | there is no object 'incoming/absent.csv'
          {"key": "incoming/a.csv","dataset":"../b"} | 400 | field 'dataset'
          {"key": "incoming/a.csv","delimiter":"5"} | 400 | field 'delimiter'
          {"key": "incoming/a.csv","color":"red"} | 400 | color
          """)
  void invalidSubmission_isRefused(String request, int status, String error) {
    Http.Answer answer = Http.post("submit", request);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.error()).contains(error);
  }

  @ParameterizedTest
  @CsvSource({".hidden", "settings.json", "..", "a%2Fb"})
  void invalidFileName_isRefused(String name) throws IOException {
    Http.Answer answer = Http.put("/uploads/" + name, new byte[1]);
    assertThat(answer.status()).as(answer.text()).isBetween(400, 404);
    assertThat(answer.error()).isNotEmpty();
    assertThat(store.list("incoming/").stream().map(ObjectInfo::key))
        .noneMatch(key -> key.endsWith(name) || key.endsWith("/b"));
  }

  @Test
  void upload_overTheLimit_isRefusedAndLeavesNothing() throws IOException {
    Http.Answer answer = Http.put("/uploads/large.csv", new byte[LIMIT + 1]);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.error()).contains("more than the limit of 3,000,000");
    assertThat(store.find("incoming/large.csv")).isEmpty();
    // Larger than the limit for the body of a function.
    assertThat(Http.put("/uploads/fits.csv", new byte[LIMIT]).status()).isEqualTo(201);
    assertThat(store.find("incoming/fits.csv").orElseThrow().size()).isEqualTo(LIMIT);
  }

  @Test
  void foreignPage_canNeitherUploadNorListen() {
    assertThat(Http.put("/uploads/a.csv", new byte[1], "Origin", "https://example.com").status())
        .isEqualTo(403);
    assertThat(Http.put("/uploads/a.csv", new byte[1], "Origin", Http.origin()).status())
        .isEqualTo(201);
  }
}
