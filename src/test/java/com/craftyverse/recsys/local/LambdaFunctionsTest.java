package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Runs the functions as Lambda does: a process exports one function and takes its events from the
/// extension's event server. Each function has its own test class, because each needs its own process.
abstract class LambdaFunctionsTest {
  private static final String UPLOAD = "raw/tiny/tiny.zip";

  @Inject ObjectStore store;

  /// Sends an event and expects a result.
  static JsonNode invoke(String json) {
    Http.Answer answer = Http.invoke(json);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  /// Sends an event and expects an error result with a sentence and no stack trace.
  static void refused(String json, String message) {
    Http.Answer answer = Http.invoke(json);
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json().path("errorMessage").asText()).isEqualTo(message);
    assertThat(answer.json().path("errorType").asText()).isNotEmpty();
    assertThat(answer.text()).doesNotContain("stackTrace");
  }

  /// Invokes a step twice on the previous step's manifest.
  void assertStep(String manifest, String more) {
    String request = "{\"manifest\": \"" + manifest + "\"" + more + "}";
    JsonNode first = invoke(request);
    JsonNode again = invoke(request);
    assertThat(first.path("cached").asBoolean()).isFalse();
    assertThat(again.path("cached").asBoolean()).isTrue();
    assertThat(again.path("manifest")).isEqualTo(first.path("manifest"));
    refused("{}", missingManifest());
    refused("{\"manifesto\": \"x\"}", unknownManifesto());
    refused("null", "the request is empty; a JSON object was expected");
    String none = manifest.substring(0, manifest.indexOf('/')) + "/none/manifest.json";
    refused(
        "{\"manifest\": \"" + none + "\"}",
        "field 'manifest': there is no object '" + none + "' in the store");
  }

  String missingManifest() {
    return "field 'manifest' is missing";
  }

  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of manifest";
  }

  String upload() throws IOException {
    store.put(UPLOAD, Uploads.zip(Uploads.ratings(30, 30), Uploads.MOVIES));
    return UPLOAD;
  }

  String ingested() throws IOException {
    return new Ingest(store).run(IngestRequest.of(upload())).manifest();
  }

  String split() throws IOException {
    return new Split(store).run(SplitRequest.of(ingested())).manifest();
  }

  String indexed() throws IOException {
    return new Index(store).run(IndexRequest.of(split())).manifest();
  }

  String trained() throws IOException {
    return new Train(store)
        .run(TrainRequests.with(indexed(), "'factors': 4, 'epochs': 2, 'threads': 1"))
        .model();
  }

  String evaluated() throws IOException {
    return new Evaluate(store).run(EvaluateRequest.of(trained())).manifest();
  }

  /// Exports a function from a fresh store.
  abstract static class Export extends FreshStore {
    private final String function;

    Export(String function) {
      this.function = function;
    }

    @Override
    protected Map<String, String> settings() {
      return Map.of("quarkus.funqy.export", function);
    }
  }
}

@QuarkusTest
@TestProfile(IngestLambdaTest.Profile.class)
class IngestLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("ingest");
    }
  }

  @Test
  void ingest_asLambdaRunsIt() throws IOException {
    String request = "{\"key\": \"" + upload() + "\"}";
    JsonNode first = invoke(request);
    assertThat(first.path("cached").asBoolean()).isFalse();
    assertThat(first.path("ratings").asInt()).isEqualTo(900);
    assertThat(invoke(request).path("cached").asBoolean()).isTrue();
    refused("{}", "field 'key' is missing");
    refused(
        "{\"ky\": \"x\"}",
        "unknown field 'ky'; expected one of append, columns, decimal, delimiter, dryRun,"
            + " encoding, entry, events, feedback, header, ids, key, maxBadRows, missing, nameOnly, onBadRow,"
            + " scale, time");
    refused("{\"key\": [1]}", "field 'key': expected a string, found a list");
    refused("null", "the request is empty; a JSON object was expected");
    refused(
        "{\"key\": \"raw/none.zip\"}",
        "field 'key': there is no object 'raw/none.zip' in the store");
  }
}

@QuarkusTest
@TestProfile(SplitLambdaTest.Profile.class)
class SplitLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("split");
    }
  }

  @Test
  void split_asLambdaRunsIt() throws IOException {
    assertStep(ingested(), ", \"trainRatio\": 0.5");
  }

  @Override
  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of by, fold, folds, kind, manifest, seed, test,"
        + " testRatio, trainRatio";
  }
}

@QuarkusTest
@TestProfile(IndexLambdaTest.Profile.class)
class IndexLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("index");
    }
  }

  @Test
  void index_asLambdaRunsIt() throws IOException {
    assertStep(split(), ", \"seed\": 7");
  }

  @Override
  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of coldStart, manifest, rows, seed";
  }
}

@QuarkusTest
@TestProfile(TrainLambdaTest.Profile.class)
class TrainLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("train");
    }
  }

  @Test
  void train_asLambdaRunsIt() throws IOException {
    assertStep(indexed(), ", \"factors\": 4, \"epochs\": 2");
  }

  @Override
  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of biasLearningRate, biasRegularization,"
        + " choiceFactors, epochs, factors, finalLearningRate, initialSpread, itemRegularization,"
        + " kernel, learningRate, manifest, maxSeconds, model, patience, pattern, ranking, rankingEpochs,"
        + " rankingFactors, rankingRegularization, rankingUnobservedWeight, regularization, seed,"
        + " threads, userRegularization, warmStart";
  }
}

@QuarkusTest
@TestProfile(EvaluateLambdaTest.Profile.class)
class EvaluateLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("evaluate");
    }
  }

  @Test
  void evaluate_asLambdaRunsIt() throws IOException {
    assertStep(trained(), "");
  }

  @Override
  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of likedFrom, manifest, ndcgMargin, rankBy,"
        + " rmseMargin, seed, threads, users";
  }
}

@QuarkusTest
@TestProfile(PublishLambdaTest.Profile.class)
class PublishLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("publish");
    }
  }

  @Test
  void publish_asLambdaRunsIt() throws IOException {
    assertStep(evaluated(), ", \"again\": false");
  }

  @Override
  String missingManifest() {
    return "field 'manifest' is missing; name a manifest, or a 'dataset' and a 'model'";
  }

  @Override
  String unknownManifesto() {
    return "unknown field 'manifesto'; expected one of again, dataset, force, keepVersions, manifest,"
        + " model";
  }
}

@QuarkusTest
@TestProfile(RecommendAllLambdaTest.Profile.class)
class RecommendAllLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("recommendAll");
    }
  }

  @Test
  void recommendAll_asLambdaRunsIt() throws IOException {
    refused("{}", "no model has been published yet; upload a ratings file first");
    new Publish(store).run(new PublishRequest(evaluated()));
    JsonNode first = invoke("{\"n\": 3, \"excludeSeen\": false}");
    assertThat(first.path("cached").asBoolean()).isFalse();
    assertThat(first.path("resumable").asBoolean()).isFalse();
    assertThat(first.path("rows").asInt()).isEqualTo(3 * first.path("users").asInt());
    assertThat(store.find(first.path("manifest").asText())).isPresent();
    assertThat(
            invoke("{\"dataset\": \"tiny\", \"n\": 3, \"excludeSeen\": false}")
                .path("cached")
                .asBoolean())
        .isTrue();
    refused("{\"n\": 0}", "field 'n': expected a whole number from 1 to 1000, found 0");
    refused(
        "{\"user\": 1}",
        "unknown field 'user'; expected one of allow, dataset, deny, excludeSeen, genres, manifest,"
            + " maxSeconds, minRatings, n, rankBy, threads, users, usersFile, where, yearFrom, yearTo");
    refused("null", "the request is empty; a JSON object was expected");
  }
}

@QuarkusTest
@TestProfile(PredictLambdaTest.Profile.class)
class PredictLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("predict");
    }
  }

  @Test
  void predict_asLambdaRunsIt() throws IOException {
    refused(
        "{\"userId\": 1, \"itemIds\": [1]}",
        "no model has been published yet; upload a ratings file first");
    new Publish(store).run(new PublishRequest(evaluated()));
    JsonNode answer = invoke("{\"dataset\": \"tiny\", \"userId\": 1, \"itemIds\": [2, 999]}");
    assertThat(answer.path("predictions").get(0).path("source").asText()).isEqualTo("model");
    assertThat(answer.path("predictions").get(0).path("title").asText())
        .isEqualTo("Harbour, The (1994)");
    assertThat(answer.path("predictions").get(1).path("reason").asText())
        .isEqualTo("unknown item: the user's average");
    refused("{\"itemIds\": [1]}", "field 'userId' is missing; name a user, or send 'ratings'");
  }
}

@QuarkusTest
@TestProfile(ServeLambdaTest.Profile.class)
class ServeLambdaTest extends LambdaFunctionsTest {
  public static class Profile extends Export {
    public Profile() {
      super("serve");
    }
  }

  @Test
  void serve_asLambdaRunsIt() throws IOException {
    new Publish(store).run(new PublishRequest(evaluated()));
    JsonNode answer = invoke("{\"recommend\": {\"userId\": 1, \"excludeSeen\": false}}");
    assertThat(answer.path("source").asText()).isEqualTo("model");
    assertThat(answer.path("recommendations")).isNotEmpty();
    assertThat(invoke("{\"modelInfo\": {}}").path("dataset").asText()).isEqualTo("tiny");
    assertThat(invoke("{\"models\": {}}").path("datasets").findValuesAsText("dataset"))
        .contains("tiny");
    assertThat(invoke("{\"items\": {\"n\": 1}}").path("items")).hasSize(1);
    refused(
        "{\"recommend\": {\"userId\": 1, \"n\": 0}}",
        "field 'n': expected a whole number from 1 to 1000, found 0");
    refused(
        "{\"recommended\": {}}",
        "unknown field 'recommended'; expected one of foldIn, history, items, modelInfo, models,"
            + " popular, predict, recommend, similar");
    refused("null", "the request is empty; a JSON object was expected");
  }
}
