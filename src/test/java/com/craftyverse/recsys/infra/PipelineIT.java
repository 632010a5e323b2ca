package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.storage.s3.FaultyProxy;
import com.craftyverse.recsys.storage.s3.S3ObjectStore;
import com.craftyverse.recsys.storage.s3.S3ProxyServer;
import com.craftyverse.recsys.storage.s3.S3TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the deployed packages from an upload to a prediction. Each function is a process under AWS's runtime
/// interface client, with handler, variables and memory from the template; the objects are in an S3
/// server, and the order comes from the state machine.
class PipelineIT {
  private static final String BUCKET = "recsys-test";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir static Path directory;
  private static S3ProxyServer server;
  private static S3ObjectStore store;
  private static Template template;
  private static final Processes FIRST = new Processes();
  private static final Processes SECOND = new Processes();

  /// Runs each function in its own process, started on the first call, and records its S3 requests.
  private static final class Processes {
    private final Map<String, FaultyProxy> proxies = new HashMap<>();
    private final Map<String, LambdaFunction> functions = new HashMap<>();

    /// The remaining time that a call sees.
    private volatile Duration timeout = LONG;

    /// Runs a Task of the state machine: one of our functions, or a service that the test ignores.
    JsonNode call(String resource, JsonNode input) {
      return resource.startsWith("${")
          ? invoke(
              resource.replaceAll("\\$\\{(\\w+)FunctionArn}", "$1").toLowerCase(Locale.ROOT), input)
          : MAPPER.createObjectNode();
    }

    JsonNode invoke(String name, JsonNode input) {
      try {
        FaultyProxy proxy = proxies.get(name);
        if (proxy == null) {
          proxy = new FaultyProxy(server.uri());
          proxies.put(name, proxy);
        }
        LambdaFunction function = functions.get(name);
        if (function == null) {
          function = function(name, proxy.uri());
          functions.put(name, function);
        }
        return function.invoke(input, timeout);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void close() throws IOException {
      for (LambdaFunction function : functions.values()) {
        function.close();
      }
      for (FaultyProxy proxy : proxies.values()) {
        proxy.close();
      }
    }
  }

  @BeforeAll
  static void start() throws Exception {
    template = new Template();
    server = new S3ProxyServer(Files.createDirectories(directory.resolve("s3")));
    store =
        S3TestServer.openEmpty(
            server, BUCKET, Files.createDirectories(directory.resolve("client")));
    LambdaFunction.unzip(Path.of("target/pipeline/function.zip"), directory.resolve("pipeline"));
    LambdaFunction.unzip(Path.of("target/serving/function.zip"), directory.resolve("serving"));
  }

  @AfterAll
  static void stop() throws IOException {
    FIRST.close();
    SECOND.close();
    store.close();
    server.close();
  }

  @Test
  void upload_becomesAModelThatAnswers_inTheOrderOfTheStateMachine() throws IOException {
    store.put(
        "raw/my-set/ratings of 2026+.zip",
        Files.readAllBytes(Path.of("data/sample/craftyverse-sample.zip")));
    JsonNode result =
        StateMachine.read(Path.of("infra/pipeline.asl.json"))
            .run(event("eventbridge-object-created.json"), FIRST::call);

    assertThat(result.path("publish").path("dataset").asText()).isEqualTo("my-set");
    assertThat(result.path("train").path("kernel").asText()).isEqualTo("vector");
    assertThat(result.path("evaluate").path("testRmse").asDouble())
        .isLessThan(result.at("/evaluate/test/ratings/baselineRmse").asDouble());
    assertThat(
            result.at("/evaluate/test/ranking/rankers/preference/all/at10/ndcg/value").asDouble())
        .isGreaterThan(
            result.at("/evaluate/test/ranking/rankers/mostPopular/all/at10/ndcg/value").asDouble());
    assertThat(result.path("served").path("trainRatings").asInt()).isEqualTo(100_000);
    assertThat(result.path("publish").path("model")).isEqualTo(result.at("/served/modelId"));
    assertThat(result.path("publish").path("scoredModel")).isEqualTo(result.at("/train/modelId"));
    JsonNode prediction =
        FIRST.invoke(
            "serve",
            MAPPER.readTree(
                "{\"predict\": {\"dataset\": \"my-set\", \"userId\": 1, \"itemIds\": [1, 2]}}"));
    assertThat(prediction.path("model").asText())
        .isEqualTo(result.path("publish").path("model").asText());
    JsonNode recommended = FIRST.invoke("serve", event("serve-recommend.json"));
    assertThat(recommended.path("recommendations")).hasSize(5);
    assertThat(FIRST.invoke("serve", event("serve-similar.json")).path("similar")).hasSize(5);

    assertBatchIsThatOfServe();
    assertLogsHaveTheUploadsId();
    assertThat(FIRST.functions.get("train").log())
        .containsPattern("train runs on the vector kernel of \\d+ lanes \\(compiler C2");
    assertRolesAllowWhatWasDone();
    assertUrlAnswers(result.path("publish").path("model").asText());
    assertSnapshotAnswers(result.path("publish").path("model").asText());

    // S3's own notification of the same upload finds everything done.
    assertThat(FIRST.invoke("ingest", event("s3-notification.json")).path("cached").asBoolean())
        .isTrue();
    assertThat(FIRST.invoke("ingest", event("s3-test.json")).has("manifest")).isFalse();
  }

  /// A batch in the pipeline's package has the answers of the serving package.
  private static void assertBatchIsThatOfServe() throws IOException {
    JsonNode batch =
        FIRST.invoke(
            "recommendAll", MAPPER.readTree("{\"dataset\": \"my-set\", \"n\": 5, \"users\": [1]}"));
    assertThat(batch.path("rows").asInt()).isEqualTo(5);
    assertThat(FIRST.functions.get("recommendAll").log()).contains("vector kernel");
    JsonNode answer =
        FIRST.invoke(
            "serve",
            MAPPER.readTree("{\"recommend\": {\"dataset\": \"my-set\", \"n\": 5, \"userId\": 1}}"));
    String key =
        batch.path("manifest").asText().replaceFirst("manifest\\.json$", "part-00000.arrow");
    try (ArrowFile part = ArrowObjects.open(store, key)) {
      RecordBatch rows = part.batches().getFirst();
      for (int rank = 0; rank < 5; rank++) {
        JsonNode expected = answer.path("recommendations").path(rank);
        assertThat(rows.ints("itemId").get(rank)).isEqualTo(expected.path("itemId").asInt());
        assertThat(rows.floats("score").get(rank))
            .isEqualTo((float) expected.path("score").asDouble());
      }
    }
  }

  /// A function URL sends the request in an envelope, possibly in base64. The answer is in an envelope, too;
  /// errors have the same status as over HTTP.
  private static void assertUrlAnswers(String model) throws IOException {
    JsonNode answer = FIRST.invoke("serve", event("function-url.json"));
    assertThat(answer.path("statusCode").asInt()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.path("headers").path("content-type").asText()).isEqualTo("application/json");
    assertThat(MAPPER.readTree(answer.path("body").asText()).path("model").asText())
        .isEqualTo(model);

    ObjectNode bad = (ObjectNode) event("function-url.json");
    bad.put("body", "{\"dataset\": \"my-set\", \"userId\": \"x77\", \"itemIds\": [1]}")
        .put("isBase64Encoded", false);
    JsonNode refused = FIRST.invoke("serve", bad);
    assertThat(refused.path("statusCode").asInt()).isEqualTo(400);
    assertThat(MAPPER.readTree(refused.path("body").asText()).path("error").asText())
        .isEqualTo(
            "field 'userId': the user ids of this dataset are whole numbers, found a string");
    bad.put("body", "no base64!").put("isBase64Encoded", true);
    assertThat(FIRST.invoke("serve", bad).path("statusCode").asInt()).isEqualTo(400);
    bad.put("rawPath", "/nothing").put("body", "{}").put("isBase64Encoded", false);
    assertThat(FIRST.invoke("serve", bad).path("body").asText())
        .contains(
            "unknown field 'nothing'; expected one of foldIn, history, items, modelInfo, models,"
                + " popular, predict, recommend, similar");
    bad.put("rawPath", "/modelInfo").put("body", "{\"dataset\": \"my-set\"}");
    assertThat(
            MAPPER
                .readTree(FIRST.invoke("serve", bad).path("body").asText())
                .path("evaluation")
                .path("testRmse")
                .isNumber())
        .isTrue();
    bad.remove("body");
    bad.put("rawPath", "/");
    assertThat(FIRST.invoke("serve", bad).path("statusCode").asInt()).isEqualTo(400);
  }

  /// As with SnapStart, the process is initialized and snapshotted, and another continues from the
  /// snapshot. By then it has the model, and no connection, which would be dead after the restore.
  private static void assertSnapshotAnswers(String model) throws IOException {
    try (LambdaFunction serve =
        function(
            "serve",
            server.uri(),
            Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start", "RECSYS_DATASET", "my-set"))) {
      assertThat(serve.connectionsInSnapshot()).as(serve.log()).isZero();
      assertThat(serve.log())
          .contains("closing the connections to s3://" + BUCKET + " for the snapshot")
          .doesNotContain("\"WARN\"", "\"ERROR\"");
      JsonNode recommended = serve.invoke(event("serve-recommend.json"), LONG);
      assertThat(recommended.path("model").asText()).isEqualTo(model);
      assertThat(recommended.path("recommendations")).hasSize(5);
    }
  }

  /// Lambda stops the process between requests, so nothing gets done in the background.
  @Test
  void processFrozenBetweenRequests_answersFromTheNewModel_pastTheStatedStaleness()
      throws IOException {
    Duration staleness = Duration.ofSeconds(1);
    JsonNode next = twoModels("frozen");
    try (LambdaFunction serve =
        function(
            "serve",
            server.uri(),
            Map.of("RECSYS_DATASET", "frozen", "RECSYS_REFRESH", staleness.toSeconds() + "s"))) {
      serve.freezeBetweenInvocations();
      String before = servedModel(serve);
      String published = FIRST.invoke("publish", next).path("model").asText();
      assertThat(published).isNotEqualTo(before);
      long past = System.nanoTime() + staleness.toNanos();
      while (System.nanoTime() < past) {
        LockSupport.parkNanos(past - System.nanoTime());
      }
      assertThat(servedModel(serve)).as(serve.log()).isEqualTo(published);
    }
  }

  /// A caller's mistake is an answer and a damaged model a failure, both by Invoke and through the
  /// URL. A failure also writes a line in CloudWatch's embedded metric format.
  @Test
  void callersMistake_raisesNoAlarm_andDamageDoes() throws IOException {
    JsonNode next = twoModels("damaged");
    assertThat(next.path("manifest").asText()).isNotEmpty();
    try (LambdaFunction serve =
        function("serve", server.uri(), Map.of("RECSYS_DATASET", "none", "RECSYS_REFRESH", "0s"))) {
      JsonNode answer =
          serve.invoke(
              MAPPER.readTree("{\"similar\": {\"dataset\": \"other\", \"itemId\": 1}}"), LONG);
      assertThat(answer)
          .isEqualTo(
              MAPPER.readTree(
                  "{\"status\": 404, \"error\": \"the dataset 'other' has no published model\"}"));
      assertThat(serve.log()).doesNotContain("\"Failures\":1");

      store.put("models/damaged/current.json", new byte[] {'{'});
      JsonNode request =
          MAPPER.readTree("{\"similar\": {\"dataset\": \"damaged\", \"itemId\": 1}}");
      assertThatThrownBy(() -> serve.invoke(request, LONG))
          .isInstanceOf(LambdaError.class)
          .hasMessageContaining("current.json is damaged");
      assertThat(serve.log()).containsOnlyOnce("\"Failures\":1");
      ObjectNode url = (ObjectNode) event("function-url.json");
      url.put("rawPath", "/").put("body", request.toString()).put("isBase64Encoded", false);
      assertThat(serve.invoke(url, LONG).path("statusCode").asInt()).isEqualTo(500);
    }
  }

  /// A model is published between the snapshot and the restore. The staleness alone would allow the
  /// restored process to answer from the old model.
  @Test
  void processRestoredFromASnapshot_answersFromTheCurrentModel() throws IOException {
    JsonNode next = twoModels("restored");
    List<String> published = new ArrayList<>();
    try (LambdaFunction serve =
        function(
            "serve",
            server.uri(),
            Map.of(
                "AWS_LAMBDA_INITIALIZATION_TYPE",
                "snap-start",
                "RECSYS_DATASET",
                "restored",
                "RECSYS_REFRESH",
                "1d"),
            () -> published.add(FIRST.invoke("publish", next).path("model").asText()))) {
      assertThat(published).hasSize(1);
      assertThat(serve.log()).contains("restored now answers with model " + published.getFirst());
      assertThat(servedModel(serve)).isEqualTo(published.getFirst());
    }
  }

  /// Trains two models of a dataset and publishes one. The dataset is too small for a verdict, so the other one
  /// replaces it only by force.
  ///
  /// @return the request to publish the other model
  private static JsonNode twoModels(String dataset) throws IOException {
    store.put("raw/" + dataset + ".zip", Uploads.zip(Uploads.ratings(60, 60), Uploads.MOVIES));
    ObjectNode request = MAPPER.createObjectNode().put("key", "raw/" + dataset + ".zip");
    JsonNode split = FIRST.invoke("split", manifest(FIRST.invoke("ingest", request)));
    JsonNode indexed = FIRST.invoke("index", manifest(split));
    List<JsonNode> evaluations = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      JsonNode trained =
          FIRST.invoke("train", manifest(indexed).put("seed", seed).put("epochs", 1));
      evaluations.add(FIRST.invoke("evaluate", manifest(trained)));
    }
    JsonNode published = FIRST.invoke("publish", manifest(evaluations.getFirst()));
    ObjectNode next = manifest(evaluations.getLast());
    assertThat(FIRST.invoke("publish", manifest(evaluations.getFirst())).path("cached").asBoolean())
        .isTrue();
    return next.put("force", published.path("model").asText());
  }

  /// Returns the model that answers a plain request for the default dataset.
  private static String servedModel(LambdaFunction serve) throws IOException {
    return serve
        .invoke(MAPPER.readTree("{\"predict\": {\"userId\": 1, \"itemIds\": [1]}}"), LONG)
        .path("model")
        .asText();
  }

  @Test
  void errors_haveTheirType_andOnlyTheSentence() throws IOException {
    assertThatThrownBy(() -> FIRST.invoke("split", MAPPER.readTree("{\"manifesto\": 1}")))
        .isInstanceOfSatisfying(
            LambdaError.class,
            e -> assertThat(e.type()).isEqualTo("com.craftyverse.recsys.step.RequestException"))
        .hasMessage(
            "unknown field 'manifesto'; expected one of by, fold, folds, kind, manifest, seed, test,"
                + " testRatio, trainRatio");
    assertThatThrownBy(
            () ->
                FIRST.invoke(
                    "split", MAPPER.readTree("{\"manifest\": \"datasets/none/manifest.json\"}")))
        .hasMessage(
            "field 'manifest': there is no object 'datasets/none/manifest.json' in the store");
    assertThatThrownBy(
            () -> FIRST.invoke("split", MAPPER.readTree("{\"manifest\": \"raw/manifest.json\"}")))
        .hasMessage(
            "field 'manifest': 'raw/manifest.json' is not below datasets/, where ingest writes");
  }

  /// S3 invokes ingest, and its result starts the state machine by the template's rule.
  @Test
  void uploadNotifiedByS3_goesThroughTheRest() throws IOException {
    // A table of another shape, with texts as ids, and settings for a later step.
    store.put(
        "raw/direct/a b.zip",
        Uploads.zip(
            Map.of(
                "sales.csv",
                Uploads.ratings(60, 60)
                    .replace("userId,movieId,rating,timestamp", "customer,sku,stars,date")
                    .replaceAll("(?m)^(\\d+),(\\d+)", "K-$1,\"SKU $2\""))));
    store.put(
        "raw/direct/settings.json",
        "{\"train\": {\"factors\": 8, \"choiceFactors\": 0}}".getBytes(StandardCharsets.UTF_8));
    ObjectNode notification = (ObjectNode) event("s3-notification.json");
    ((ObjectNode) notification.at("/Records/0/s3/object")).put("key", "raw/direct/a+b.zip");
    ObjectNode notified = MAPPER.createObjectNode();
    notified
        .putObject("detail")
        .<ObjectNode>set("requestPayload", notification)
        .set("responsePayload", FIRST.invoke("ingest", notification));
    JsonNode transformer =
        template.resource("IngestedRule").at("/Properties/Targets/0/InputTransformer");
    String input = transformer.path("InputTemplate").asText();
    for (var path : transformer.path("InputPathsMap").properties()) {
      JsonNode value =
          notified.at(
              path.getValue().asText().substring(1).replaceAll("[.\\[]", "/").replace("]", ""));
      assertThat(value.isTextual() || value.isObject()).as(path.toString()).isTrue();
      input =
          input.replace(
              "<" + path.getKey() + ">", value.isTextual() ? value.asText() : value.toString());
    }
    JsonNode result =
        StateMachine.read(Path.of("infra/pipeline.asl.json"))
            .run(MAPPER.readTree(input), FIRST::call);
    assertThat(result.path("publish").path("dataset").asText()).isEqualTo("direct");
    String model = "models/direct/" + result.path("publish").path("model").asText() + "/model.json";
    assertThat(MAPPER.readTree(store.read(model).content()).path("factors").asInt()).isEqualTo(8);
  }

  /// The job is the real one, in a process of its own; the functions judge and publish its models as ever.
  @Test
  void uploadBeyondTheFunctions_isTrainedWithSpark() throws IOException {
    assumeTrue(
        SparkJob.isBuilt(),
        SparkJob.JAR + " is not built: ./mvnw -f src/spark/pom.xml package -DskipTests");
    List<String> lines = Uploads.ratings(60, 60).lines().toList();
    String twoThirds =
        IntStream.range(0, lines.size())
            .filter(line -> (line + line / 60) % 3 != 2)
            .mapToObj(line -> lines.get(line) + "\n")
            .collect(Collectors.joining());
    store.put("raw/large.csv", twoThirds.getBytes(StandardCharsets.UTF_8));
    ObjectNode event = (ObjectNode) event("eventbridge-object-created.json");
    ((ObjectNode) event.at("/detail/object")).put("key", "raw/large.csv");
    Path definition = directory.resolve("spark.asl.json");
    Files.writeString(
        definition,
        Files.readString(Path.of("infra/pipeline.asl.json")).replace("${SparkFromBytes}", "1000"));
    SparkJob job = new SparkJob(store, Files.createDirectories(directory.resolve("spark")));
    JsonNode result =
        StateMachine.read(definition)
            .run(
                event,
                (resource, input) ->
                    resource.contains("emr-serverless")
                        ? job.run(input)
                        : resource.contains(":s3:")
                            ? job.read(input)
                            : FIRST.call(resource, input));

    assertThat(result.path("ingest").has("manifest")).isFalse();
    assertThat(result.path("publish").path("published").asBoolean()).as(result.toString()).isTrue();
    String refit = result.path("served").path("manifest").asText();
    assertThat(refit).isNotEqualTo(result.path("train").path("manifest").asText());
    assertThat(refit).contains(result.path("publish").path("model").asText());
    JsonNode answer =
        FIRST.invoke(
            "serve",
            MAPPER.readTree("{\"recommend\": {\"dataset\": \"large\", \"userId\": 1, \"n\": 5}}"));
    assertThat(answer.path("recommendations")).hasSize(5);
    assertThat(answer.path("source").asText()).isEqualTo("model");
  }

  /// So little time remains that each call of train ends after one epoch, with a checkpoint.
  @Test
  void trainingThatNeedsSeveralCalls_getsThem() throws IOException {
    store.put("raw/slow.zip", Uploads.zip(Uploads.ratings(60, 60), Uploads.MOVIES));
    ObjectNode event = (ObjectNode) event("eventbridge-object-created.json");
    ((ObjectNode) event.at("/detail/object")).put("key", "raw/slow.zip");
    List<JsonNode> trained = new ArrayList<>();
    JsonNode result;
    FIRST.timeout = Duration.ofSeconds(20);
    try {
      result =
          StateMachine.read(Path.of("infra/pipeline.asl.json"))
              .run(
                  event,
                  (resource, input) -> {
                    if (!resource.contains("Train")) {
                      return FIRST.call(resource, input);
                    }
                    if (!input.has("pattern")) {
                      ((ObjectNode) input).put("epochs", 3).put("rankingEpochs", 2);
                    }
                    JsonNode answer = FIRST.call(resource, input);
                    trained.add(answer);
                    return answer;
                  });
    } finally {
      FIRST.timeout = LONG;
    }
    assertThat(trained)
        .extracting(answer -> answer.path("epochs").asInt())
        .as("two calls for the scored model's ranking, then its rating epochs; the served alike")
        .containsExactly(0, 0, 1, 2, 3, 0, 0, 1, 2, 3);
    assertThat(trained)
        .extracting(answer -> answer.path("resumable").asBoolean())
        .containsExactly(true, true, true, true, false, true, true, true, true, false);
    String model = result.path("publish").path("model").asText();
    assertThat(trained.getLast().path("manifest").asText())
        .isEqualTo("models/slow/" + model + "/manifest.json");
    assertThat(store.list("models/slow/")).noneMatch(object -> object.key().endsWith("checkpoint"));
    assertRolesAllowWhatWasDone();
  }

  /// The same event arrives twice at the same moment: two executions, each with its own processes.
  @Test
  void twoAtOnce_giveOneModel_andBothAnswer() throws Exception {
    store.put("raw/twice.zip", Uploads.zip(Uploads.ratings(60, 60), Uploads.MOVIES));
    ObjectNode event = (ObjectNode) event("eventbridge-object-created.json");
    ((ObjectNode) event.at("/detail/object")).put("key", "raw/twice.zip");
    StateMachine machine = StateMachine.read(Path.of("infra/pipeline.asl.json"));
    List<JsonNode> results =
        runConcurrently(
            () -> machine.run(event, FIRST::call), () -> machine.run(event, SECOND::call));
    for (String step : List.of("ingest", "split", "index", "train", "evaluate", "served")) {
      assertThat(results.get(0).path(step).path("manifest").asText())
          .isNotEmpty()
          .isEqualTo(results.get(1).path(step).path("manifest").asText());
    }
    assertThat(results.get(0).path("publish").path("model").asText())
        .isNotEmpty()
        .isEqualTo(results.get(1).path("publish").path("model").asText());
    for (String prefix : List.of("datasets/twice/", "models/twice/")) {
      assertThat(store.list(prefix)).noneMatch(object -> object.key().contains("lease"));
    }
    assertThat(store.list("models/twice/"))
        .filteredOn(object -> object.key().endsWith("/manifest.json"))
        .hasSize(2); // the scored model and the served one
    // Nothing is damaged: other processes can use every object.
    assertThat(
            FIRST
                .invoke(
                    "serve",
                    MAPPER.readTree(
                        "{\"predict\": {\"dataset\": \"twice\", \"userId\": 1, \"itemIds\":"
                            + " [1]}}"))
                .path("model")
                .asText())
        .isEqualTo(results.get(0).path("publish").path("model").asText());
    assertThat(
            SECOND
                .invoke("train", manifest(results.get(0).path("index")))
                .path("cached")
                .asBoolean())
        .isTrue();
  }

  /// Two processes publish different models of a dataset, and their writes arrive together.
  @Test
  void twoPublishesAtOnce_oneWins_theOtherFails() throws Exception {
    store.put("raw/rivals.zip", Uploads.zip(Uploads.ratings(60, 60), Uploads.MOVIES));
    JsonNode ingested = FIRST.invoke("ingest", MAPPER.readTree("{\"key\": \"raw/rivals.zip\"}"));
    JsonNode indexed = FIRST.invoke("index", manifest(FIRST.invoke("split", manifest(ingested))));
    List<JsonNode> requests = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      JsonNode trained =
          FIRST.invoke("train", manifest(indexed).put("seed", seed).put("epochs", 1));
      requests.add(manifest(FIRST.invoke("evaluate", manifest(trained))));
    }
    CyclicBarrier together = new CyclicBarrier(2);
    List<Object> answers = new ArrayList<>();
    for (Processes processes : List.of(FIRST, SECOND)) {
      assertThatThrownBy(() -> processes.invoke("publish", MAPPER.createObjectNode()))
          // starts the process
          .hasMessageStartingWith("field 'manifest' is missing; name a manifest");
      processes
          .proxies
          .get("publish")
          .inject(
              line -> line.startsWith("PUT ") && line.contains("/models/rivals/current.json"),
              1,
              FaultyProxy.await(together));
    }
    for (JsonNode answer :
        runConcurrently(
            () -> publish(FIRST, requests.get(0)), () -> publish(SECOND, requests.get(1)))) {
      answers.add(answer);
    }
    assertThat(answers)
        .filteredOn(answer -> ((JsonNode) answer).has("error"))
        .singleElement()
        .asString()
        .contains("another model of rivals was published at the same moment");
    JsonNode winner =
        (JsonNode)
            answers.stream()
                .filter(answer -> ((JsonNode) answer).has("model"))
                .findFirst()
                .orElseThrow();
    assertThat(MAPPER.readTree(store.read("models/rivals/current.json").content()).path("model"))
        .isEqualTo(winner.path("model"));
  }

  private static JsonNode publish(Processes processes, JsonNode request) {
    try {
      return processes.invoke("publish", request);
    } catch (LambdaError e) {
      return MAPPER.createObjectNode().put("error", e.getMessage());
    }
  }

  private static ObjectNode manifest(JsonNode result) {
    return MAPPER.createObjectNode().set("manifest", result.path("manifest"));
  }

  private static List<JsonNode> runConcurrently(Callable<JsonNode> one, Callable<JsonNode> other)
      throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      List<JsonNode> results = new ArrayList<>();
      for (Future<JsonNode> result : executor.invokeAll(List.of(one, other))) {
        results.add(result.get(2, TimeUnit.MINUTES));
      }
      return results;
    }
  }

  /// Every function logs the id that S3 gave the upload.
  private static void assertLogsHaveTheUploadsId() {
    String id = "\"correlationId\":\"N4N7GDK58NMKJ12R\"";
    for (String step : List.of("ingest", "split", "index", "train", "evaluate")) {
      assertThat(FIRST.functions.get(step).log())
          .as(step)
          .contains(id)
          .doesNotContain("The LogManager accessed before");
    }
  }

  /// The template's roles allow every S3 request that the functions made.
  private static void assertRolesAllowWhatWasDone() {
    FIRST.proxies.forEach(
        (name, proxy) -> {
          String function = Character.toUpperCase(name.charAt(0)) + name.substring(1);
          Role role = new Role(template, function + "Role");
          assertThat(proxy.requests()).as(name).isNotEmpty().allMatch(role::allows);
        });
  }

  private static LambdaFunction function(String name, URI s3) throws IOException {
    return function(name, s3, Map.of());
  }

  private static LambdaFunction function(String name, URI s3, Map<String, String> more)
      throws IOException {
    return function(name, s3, more, () -> {});
  }

  private static LambdaFunction function(
      String name, URI s3, Map<String, String> more, Runnable beforeRestore) throws IOException {
    JsonNode function = template.functions().get(name);
    Map<String, String> environment = new HashMap<>();
    Template.environment(function)
        .properties()
        .forEach(
            variable ->
                environment.put(
                    variable.getKey(),
                    template.deployed(variable.getValue()).replace("${BucketName}", BUCKET)));
    environment.putAll(more);
    environment.put("AWS_ENDPOINT_URL", s3.toString());
    environment.put("AWS_ACCESS_KEY_ID", S3TestServer.ACCESS_KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", S3TestServer.SECRET_KEY);
    Path task =
        directory.resolve(
            function.path("CodeUri").asText().contains("serving") ? "serving" : "pipeline");
    return new LambdaFunction(
        task,
        function.path("Handler").asText(),
        environment,
        Math.min(1_024, template.deployedNumber(function.path("MemorySize"))),
        beforeRestore);
  }

  private static JsonNode event(String name) throws IOException {
    return MAPPER.readTree(Path.of("infra/events", name).toFile());
  }
}
