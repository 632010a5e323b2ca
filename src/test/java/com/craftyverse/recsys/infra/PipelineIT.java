package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.storage.S3ObjectStore;
import com.craftyverse.recsys.storage.S3ProxyServer;
import com.craftyverse.recsys.storage.S3TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From an upload to a prediction, with the packages as they are deployed: each function a process under
/// AWS's runtime interface client, handler, variables and memory from the template, the objects in an S3
/// server, the order from the state machine.
class PipelineIT {
  private static final String BUCKET = "recsys-test";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path directory;
  private static S3ProxyServer server;
  private static S3ObjectStore store;
  private static Template template;
  private static final Map<String, LambdaFunction> FUNCTIONS = new HashMap<>();

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
    for (LambdaFunction function : FUNCTIONS.values()) {
      function.close();
    }
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
            .run(event("eventbridge-object-created.json"), PipelineIT::call);

    assertThat(result.path("publish").path("dataset").asText()).isEqualTo("my-set");
    assertThat(result.path("train").path("kernel").asText()).isEqualTo("vector");
    assertThat(result.path("evaluate").path("testRmse").asDouble())
        .isLessThan(result.path("evaluate").path("baselineRmse").asDouble());
    JsonNode prediction =
        invoke(
            "predict",
            MAPPER.readTree("{\"dataset\": \"my-set\", \"userId\": 1, \"movieIds\": [1, 2]}"));
    assertThat(prediction.path("model").asText())
        .isEqualTo(result.path("publish").path("model").asText());

    assertUrlAnswers(result.path("publish").path("model").asText());

    // S3's own notification of the same upload finds all done.
    assertThat(invoke("ingest", event("s3-notification.json")).path("cached").asBoolean()).isTrue();
    assertThat(invoke("ingest", event("s3-test.json")).has("manifest")).isFalse();
  }

  /// What a function URL sends: the request in an envelope, the body maybe in base64. The answer is in one
  /// as well, errors with the status that they have over HTTP.
  private static void assertUrlAnswers(String model) throws IOException {
    JsonNode answer = invoke("predict", event("function-url.json"));
    assertThat(answer.path("statusCode").asInt()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.path("headers").path("content-type").asText()).isEqualTo("application/json");
    assertThat(MAPPER.readTree(answer.path("body").asText()).path("model").asText())
        .isEqualTo(model);

    ObjectNode bad = (ObjectNode) event("function-url.json");
    bad.put("body", "{\"userId\": \"x\"}").put("isBase64Encoded", false);
    JsonNode refused = invoke("predict", bad);
    assertThat(refused.path("statusCode").asInt()).isEqualTo(400);
    assertThat(MAPPER.readTree(refused.path("body").asText()).path("error").asText())
        .isEqualTo("field 'userId': expected a whole number, found the text 'x'");
    bad.put("body", "no base64!").put("isBase64Encoded", true);
    assertThat(invoke("predict", bad).path("statusCode").asInt()).isEqualTo(400);
    bad.remove("body");
    assertThat(invoke("predict", bad).path("statusCode").asInt()).isEqualTo(400);
  }

  @Test
  void errors_haveTheirTypeAndTheSentenceAlone() throws IOException {
    assertThatThrownBy(() -> invoke("split", MAPPER.readTree("{\"manifesto\": 1}")))
        .isInstanceOfSatisfying(
            LambdaError.class,
            e -> assertThat(e.type()).isEqualTo("com.craftyverse.recsys.step.RequestException"))
        .hasMessage("unknown field 'manifesto'; expected one of manifest, testRatio, trainRatio");
    assertThatThrownBy(
            () -> invoke("split", MAPPER.readTree("{\"manifest\": \"none/manifest.json\"}")))
        .hasMessage("field 'manifest': there is no object 'none/manifest.json' in the store");
  }

  /// The same event delivered twice at the same moment, to two processes.
  @Test
  void twoAtOnce_giveOneDataset_andBothAnswer() throws Exception {
    store.put("raw/twice.zip", Uploads.zip(Uploads.ratings(60, 60), Uploads.MOVIES));
    JsonNode request = MAPPER.readTree("{\"key\": \"raw/twice.zip\"}");
    try (LambdaFunction other = function("ingest");
        ExecutorService executor = Executors.newFixedThreadPool(2)) {
      List<Future<JsonNode>> answers =
          executor.invokeAll(
              List.<Callable<JsonNode>>of(
                  () -> invoke("ingest", request), () -> other.invoke(request)));
      JsonNode one = answers.get(0).get(60, TimeUnit.SECONDS);
      JsonNode two = answers.get(1).get(60, TimeUnit.SECONDS);
      assertThat(one.path("manifest")).isEqualTo(two.path("manifest"));
      assertThat(one.path("ratings").asInt()).isEqualTo(3_600);
      assertThat(two.path("ratings").asInt()).isEqualTo(3_600);
    }
    assertThat(store.list("datasets/twice/"))
        .filteredOn(object -> object.key().endsWith("/manifest.json"))
        .hasSize(1);
    assertThat(store.list("datasets/twice/")).noneMatch(object -> object.key().contains("lease"));
  }

  /// A Task of the state machine: one of our functions, or a service that is not of interest here.
  private static JsonNode call(String resource, JsonNode input) {
    return resource.startsWith("${")
        ? invoke(
            resource
                .replaceAll("\\$\\{(\\w+)FunctionArn}", "$1")
                .toLowerCase(java.util.Locale.ROOT),
            input)
        : MAPPER.createObjectNode();
  }

  private static JsonNode invoke(String name, JsonNode input) {
    return FUNCTIONS
        .computeIfAbsent(
            name,
            function -> {
              try {
                return function(function);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .invoke(input);
  }

  private static LambdaFunction function(String name) throws IOException {
    JsonNode function = template.functions().get(name);
    Map<String, String> environment = new HashMap<>();
    Template.environment(function)
        .properties()
        .forEach(
            variable ->
                environment.put(
                    variable.getKey(),
                    variable.getValue().asText().replace("${BucketName}", BUCKET)));
    template
        .globals()
        .path("Environment")
        .path("Variables")
        .properties()
        .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
    environment.put("AWS_ENDPOINT_URL", server.uri().toString());
    environment.put("AWS_ACCESS_KEY_ID", S3TestServer.ACCESS_KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", S3TestServer.SECRET_KEY);
    Path task =
        directory.resolve(
            function.path("CodeUri").asText().contains("serving") ? "serving" : "pipeline");
    return new LambdaFunction(
        task,
        template.globals().path("Handler").asText(),
        environment,
        Math.min(1_024, function.path("MemorySize").asInt()));
  }

  private static JsonNode event(String name) throws IOException {
    return MAPPER.readTree(Path.of("infra/events", name).toFile());
  }
}
