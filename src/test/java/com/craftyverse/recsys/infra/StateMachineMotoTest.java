package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.step.Await;
import com.craftyverse.recsys.storage.s3.MotoServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Checks the state machines with an independent interpreter, if installed. It must take the same path as
/// ours and end in the same state.
@EnabledIf(
    value = "com.craftyverse.recsys.storage.s3.MotoServer#isInstalled",
    disabledReason = "moto_server is not installed (pip install 'moto[server,stepfunctions]')")
class StateMachineMotoTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String ROLE = "arn:aws:iam::123456789012:role/test";
  private static final Duration MAX_EXECUTION = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private MotoServer server;
  private JsonNode event;
  private String topic;

  @BeforeEach
  void start() throws Exception {
    server = MotoServer.start(MotoServer.command().orElseThrow());
    event = MAPPER.readTree(Path.of("infra/events/eventbridge-object-created.json").toFile());
    configure(
        "config",
        "{\"stepfunctions\": {\"execute_state_machine\": true}, \"lambda\": {\"use_docker\":"
            + " false}}");
    query("iam", "Action=CreateRole&RoleName=test&AssumeRolePolicyDocument=" + encoded("{}"));
    topic =
        query("sns", "Action=CreateTopic&Name=alarms").replaceAll("(?s).*<TopicArn>(.*?)<.*", "$1");
    call(
        "DynamoDB_20120810.CreateTable",
        """
        {"TableName": "locks", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "dataset", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "dataset", "KeyType": "HASH"}]}
        """);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void uploadWithSeveralTrainingCalls_takesTheSamePathAsOurInterpreter() throws Exception {
    Path file = Path.of("infra/pipeline.asl.json");
    Deque<JsonNode> answers = new ArrayDeque<>();
    for (String answer :
        List.of(
            "{\"dataset\": \"my-set\", \"now\": 1764115613}",
            "{\"manifest\": \"a\", \"settings\": {\"split\": {}, \"index\": {}, \"train\": {\"seed\": 7},"
                + " \"evaluate\": {}}}",
            "{\"manifest\": \"b\"}",
            "{\"manifest\": \"c\"}",
            "{\"resumable\": true}",
            "{\"resumable\": true}",
            "{\"manifest\": \"d\", \"resumable\": false}",
            "{\"manifest\": \"e\"}",
            "{\"manifest\": \"f\"}",
            "{\"resumable\": true}",
            "{\"manifest\": \"g\", \"resumable\": false}",
            "{\"manifest\": \"h\"}")) {
      answers.add(MAPPER.readTree(answer));
    }
    setAnswers(answers);
    String definition =
        Files.readString(file).replace("${SparkFromBytes}", StateMachine.WITHOUT_SPARK);
    for (String function : List.of("Ingest", "Split", "Index", "Train", "Evaluate", "Publish")) {
      definition = definition.replace("${" + function + "FunctionArn}", createFunction(function));
    }

    JsonNode execution = run(definition, event);

    List<String> calls = new ArrayList<>();
    JsonNode expected =
        StateMachine.read(file)
            .run(
                event,
                (resource, input) -> {
                  calls.add(
                      input.has("nameOnly")
                          ? "NameDataset"
                          : input.has("rows")
                              ? "IndexAll"
                              : input.has("pattern")
                                  ? "Refit"
                                  : resource.replaceAll(".*:|\\$\\{|FunctionArn}", ""));
                  return resource.startsWith("${") ? answers.remove() : MAPPER.createObjectNode();
                });
    assertThat(execution.path("status").asText()).as(execution.toString()).isEqualTo("SUCCEEDED");
    assertThat(MAPPER.readTree(execution.path("output").asText())).isEqualTo(expected);
    assertThat(tasks(execution))
        .isEqualTo(
            calls.stream()
                .map(call -> call.replace("updateItem", "AcquireLock"))
                .map(call -> call.replace("deleteItem", "ReleaseLock"))
                .toList())
        .contains("IndexAll", "Publish")
        .filteredOn("Train"::equals)
        .hasSize(3);
    assertThat(tasks(execution)).filteredOn("Refit"::equals).hasSize(2);
    assertThat(countLocks()).isZero();
  }

  @Test
  void executionThatWasAborted_losesItsLock() throws Exception {
    putLock("arn:aborted");
    JsonNode execution = runUnlock("arn:aborted");
    assertThat(execution.path("status").asText()).as(execution.toString()).isEqualTo("SUCCEEDED");
    assertThat(countLocks()).isZero();
  }

  @Test
  void lockOfAnotherExecution_stays() throws Exception {
    putLock("arn:another");
    JsonNode execution = runUnlock("arn:aborted");
    assertThat(execution.path("status").asText()).as(execution.toString()).isEqualTo("SUCCEEDED");
    assertThat(countLocks()).isEqualTo(1);
  }

  @Test
  void expiredLock_isTakenOver_andReleased() throws Exception {
    call(
        "DynamoDB_20120810.PutItem",
        """
        {"TableName": "locks", "Item": {"dataset": {"S": "my-set"}, "execution": {"S": "arn:dead"},
         "expires": {"N": "1764115612"}}}
        """);
    JsonNode name = MAPPER.readTree("{\"dataset\": \"my-set\", \"now\": 1764115613}");
    setAnswers(List.of(name, MAPPER.createObjectNode()));
    String definition =
        Files.readString(Path.of("infra/pipeline.asl.json"))
            .replace("${SparkFromBytes}", StateMachine.WITHOUT_SPARK);
    for (String function : List.of("Ingest", "Split", "Index", "Train", "Evaluate", "Publish")) {
      definition = definition.replace("${" + function + "FunctionArn}", createFunction(function));
    }
    JsonNode execution = run(definition, event);
    assertThat(execution.path("status").asText()).as(execution.toString()).isEqualTo("SUCCEEDED");
    assertThat(tasks(execution))
        .containsExactly("NameDataset", "AcquireLock", "Ingest", "ReleaseLock");
    assertThat(countLocks()).isZero();
  }

  private JsonNode runUnlock(String execution) throws Exception {
    ObjectNode endEvent = MAPPER.createObjectNode();
    endEvent
        .putObject("detail")
        .put("executionArn", execution)
        .put("status", "ABORTED")
        .put("input", event.toString());
    setAnswers(List.of(MAPPER.createObjectNode().put("dataset", "my-set")));
    return run(
        Files.readString(Path.of("infra/unlock.asl.json"))
            .replace("${IngestFunctionArn}", createFunction("Ingest")),
        endEvent);
  }

  /// Sets the functions' answers, in order.
  private void setAnswers(Iterable<JsonNode> answers) throws Exception {
    ObjectNode results = MAPPER.createObjectNode();
    answers.forEach(answer -> results.withArray("results").add(answer.toString()));
    configure("static/lambda-simple/response", results.toString());
  }

  private void putLock(String execution) throws Exception {
    call(
        "DynamoDB_20120810.PutItem",
        """
        {"TableName": "locks", "Item": {"dataset": {"S": "my-set"}, "execution": {"S": "%s"}}}
        """
            .formatted(execution));
  }

  private int countLocks() throws Exception {
    return call("DynamoDB_20120810.Scan", "{\"TableName\": \"locks\"}").path("Count").asInt();
  }

  /// Runs a state machine and waits for its end.
  private JsonNode run(String definition, JsonNode input) throws Exception {
    ObjectNode machine =
        MAPPER
            .createObjectNode()
            .put("name", "machine")
            .put("roleArn", ROLE)
            .put(
                "definition",
                definition
                    .replace("${Partition}", "aws")
                    .replace("${LockTable}", "locks")
                    .replace("${AlarmTopic}", topic));
    String arn =
        call("AWSStepFunctions.CreateStateMachine", machine.toString())
            .path("stateMachineArn")
            .asText();
    ObjectNode start =
        MAPPER.createObjectNode().put("stateMachineArn", arn).put("input", input.toString());
    HttpResponse<String> started =
        client.send(
            request("AWSStepFunctions.StartExecution", start.toString()), BodyHandlers.ofString());
    assumeTrue(
        started.statusCode() != 500,
        "moto_server runs no state machines (pip install 'moto[stepfunctions]')");
    assertThat(started.statusCode()).as(started.body()).isEqualTo(200);
    String execution = MAPPER.readTree(started.body()).path("executionArn").asText();
    return Await.value(
        MAX_EXECUTION,
        "the execution's end",
        () ->
            Optional.of(call("AWSStepFunctions.DescribeExecution", executionRequest(execution)))
                .filter(state -> !state.path("status").asText().equals("RUNNING")));
  }

  private static String executionRequest(String execution) {
    return MAPPER.createObjectNode().put("executionArn", execution).toString();
  }

  /// Returns the Task states that an execution entered.
  private List<String> tasks(JsonNode execution) throws Exception {
    return call(
            "AWSStepFunctions.GetExecutionHistory",
            executionRequest(execution.path("executionArn").asText()))
        .path("events")
        .valueStream()
        .filter(entry -> entry.path("type").asText().equals("TaskStateEntered"))
        .map(entry -> entry.path("stateEnteredEventDetails").path("name").asText())
        .toList();
  }

  private String createFunction(String name) throws Exception {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("empty"));
    }
    ObjectNode function =
        MAPPER
            .createObjectNode()
            .put("FunctionName", name)
            .put("Runtime", "python3.12")
            .put("Role", ROLE)
            .put("Handler", "none.none");
    function
        .putObject("Code")
        .put("ZipFile", Base64.getEncoder().encodeToString(zip.toByteArray()));
    HttpRequest request =
        HttpRequest.newBuilder(server.uri().resolve("/2015-03-31/functions"))
            .header("Authorization", credential("lambda"))
            .POST(HttpRequest.BodyPublishers.ofString(function.toString()))
            .build();
    return MAPPER.readTree(send(request)).path("FunctionArn").asText();
  }

  private void configure(String path, String json) throws Exception {
    send(
        HttpRequest.newBuilder(server.uri().resolve("/moto-api/" + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private String query(String service, String form) throws Exception {
    return send(
        HttpRequest.newBuilder(server.uri())
            .header("Authorization", credential(service))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  private JsonNode call(String target, String json) throws Exception {
    return MAPPER.readTree(send(request(target, json)));
  }

  private HttpRequest request(String target, String json) {
    boolean stepFunctions = target.startsWith("AWSStepFunctions");
    return HttpRequest.newBuilder(URI.create(server.uri() + "/"))
        .header("Authorization", credential(stepFunctions ? "states" : "dynamodb"))
        .header("X-Amz-Target", target)
        .header("Content-Type", "application/x-amz-json-1.0")
        .POST(HttpRequest.BodyPublishers.ofString(json))
        .build();
  }

  private String send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return response.body();
  }

  /// Returns a credential that names the service for the server, which does not check the signature.
  private static String credential(String service) {
    return "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"
        + service
        + "/aws4_request, SignedHeaders=host, Signature=none";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
