package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.openapi.DescribedApi;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Holds `openapi.json` against the server: sends it the examples, and values beyond every limit.
@QuarkusTest
@TestProfile(FreshStore.class)
class DescribedApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// What a field needs in its request to be looked at.
  private static final Map<String, String> COMPANIONS =
      Map.of(
          "split.folds", "{'kind': 'kfold'}",
          "split.fold", "{'kind': 'kfold'}",
          "split.by", "{'kind': 'random'}",
          "train.rankingRegularization", "{'rankingUnobservedWeight': 0.1}",
          "train.rankingUnobservedWeight", "{'rankingRegularization': 0.1}");

  @Inject ObjectStore store;
  @Inject Router router;

  private final DescribedApi api = DescribedApi.read();

  /// The manifest that each step takes.
  private final Map<String, String> manifests = new LinkedHashMap<>();

  DescribedApiTest() throws IOException {}

  @BeforeEach
  void publishAModel() throws IOException {
    store.put("raw/described/ratings.zip", Uploads.zip(Uploads.ratings(20, 20), Uploads.MOVIES));
    String manifest = manifest("ingest", "{'key': 'raw/described/ratings.zip'}");
    for (String step : List.of("split", "index", "train", "evaluate", "publish")) {
      manifests.put(step, manifest);
      String training = step.equals("train") ? ", 'factors': 4, 'epochs': 2, 'ranking': false" : "";
      manifest = manifest(step, "{'manifest': '" + manifest + "'" + training + "}");
    }
  }

  private static String manifest(String step, String request) {
    Http.Answer answer = Http.post(step, request.replace('\'', '"'));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("manifest").asText();
  }

  @Test
  void examples_areAnsweredAsDescribed() throws IOException {
    for (String function : api.functions()) {
      for (JsonNode example : api.requests(function)) {
        Http.Answer answer = Http.post(function, runnable(function, example).toString());
        assertThat(api.problems(function, answer.status(), answer.json()))
            .as("POST /%s %s: %s", function, example, answer.text())
            .isEmpty();
      }
    }
  }

  @Test
  void examplesOfQueries_areAnswered() throws IOException {
    for (String function : api.functions()) {
      if (!manifests.containsKey(function) && !isOfUploads(function)) {
        for (JsonNode example : api.requests(function)) {
          Http.Answer answer = Http.post(function, example.toString());
          assertThat(answer.status())
              .as("POST /%s %s: %s", function, example, answer.text())
              .isEqualTo(200);
        }
      }
    }
  }

  /// Uploads of the examples are not in the store, nor do runs of the pipeline exist.
  private static boolean isOfUploads(String function) {
    return List.of("ingest", "submit", "stop").contains(function);
  }

  @Test
  void valuesBeyondTheLimits_areRefused() throws IOException {
    int sent = 0;
    for (String function : api.functions()) {
      ObjectNode base = runnable(function, api.requests(function).getFirst());
      for (Map.Entry<String, JsonNode> field :
          api.requestSchema(function).path("properties").properties()) {
        for (JsonNode value : beyond(field.getValue())) {
          ObjectNode request = base.deepCopy();
          String companion = COMPANIONS.get(function + "." + field.getKey());
          if (companion != null) {
            request.setAll((ObjectNode) MAPPER.readTree(companion.replace('\'', '"')));
          }
          requireRefused(function, request.set(field.getKey(), value), field.getKey());
          sent++;
        }
      }
    }
    assertThat(sent).isGreaterThan(80);
  }

  @Test
  void requestsWithoutARequiredField_areRefused() throws IOException {
    for (String function : api.functions()) {
      for (JsonNode name : api.requestSchema(function).path("required")) {
        ObjectNode request = runnable(function, api.requests(function).getFirst());
        request.remove(name.asText());
        requireRefused(function, request, name.asText());
      }
    }
  }

  @Test
  void routes_areDescribed() {
    List<String> routes =
        router.getRoutes().stream()
            .map(Route::getPath)
            .filter(Objects::nonNull)
            .filter(path -> !path.matches("/health.*|/q/|/:function"))
            .map(path -> path.replaceAll(":(\\w+)", "{$1}"))
            .distinct()
            .toList();
    assertThat(routes).contains("/openapi.json");
    assertThat(api.paths()).containsAll(routes);
  }

  private static void requireRefused(String function, JsonNode request, String field) {
    Http.Answer answer = Http.post(function, request.toString());
    String text = request.toString();
    String shown = "POST /" + function + " " + text.substring(0, Math.min(300, text.length()));
    assertThat(answer.status()).as("%s: %s", shown, answer.text()).isEqualTo(400);
    assertThat(answer.error()).as(shown).contains("'" + field);
  }

  /// Replaces an example's manifest by one that is in the store.
  private ObjectNode runnable(String function, JsonNode example) {
    ObjectNode request = example.deepCopy();
    String manifest = manifests.get(function);
    return manifest == null ? request : request.put("manifest", manifest);
  }

  /// Returns values that a schema does not allow.
  private static List<JsonNode> beyond(JsonNode schema) {
    List<JsonNode> values = new ArrayList<>();
    boolean whole = schema.path("type").asText().equals("integer");
    if (schema.has("minimum")) {
      double minimum = schema.path("minimum").asDouble();
      double step = schema.path("exclusiveMinimum").asBoolean() ? 0 : whole ? 1 : 0.001;
      values.add(number(minimum - step, whole));
    }
    if (schema.has("maximum")) {
      double maximum = schema.path("maximum").asDouble();
      double step = schema.path("exclusiveMaximum").asBoolean() ? 0 : whole ? 1 : 0.001;
      values.add(number(maximum + step, whole));
    }
    if (schema.has("enum")) {
      values.add(MAPPER.getNodeFactory().textNode("other"));
    }
    if (schema.has("maxLength")) {
      values.add(
          MAPPER.getNodeFactory().textNode("x".repeat(schema.path("maxLength").asInt() + 1)));
    }
    if (schema.has("minItems")) {
      values.add(MAPPER.createArrayNode());
    }
    if (schema.has("maxItems")) {
      ArrayNode list = MAPPER.createArrayNode();
      boolean texts = schema.path("items").path("type").asText().equals("string");
      boolean numbers = schema.path("items").path("$ref").asText().endsWith("/Id");
      for (int i = 0; i <= schema.path("maxItems").asInt(); i++) {
        if (numbers) {
          list.add(i);
        } else if (texts) {
          list.add("x" + i);
        } else {
          list.addObject();
        }
      }
      values.add(list);
    }
    return values;
  }

  private static JsonNode number(double value, boolean whole) {
    return whole
        ? MAPPER.getNodeFactory().numberNode((long) value)
        : MAPPER.getNodeFactory().numberNode(value);
  }
}
