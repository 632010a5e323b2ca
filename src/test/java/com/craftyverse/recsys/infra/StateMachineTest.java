package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateMachineTest {
  private static final String USER_ERROR = "com.craftyverse.recsys.step.RequestException";

  private static final String ID = "\"correlationId\":\"N4N7GDK58NMKJ12R\"";

  private static final String NAME =
      "Ingest {\"key\":\"raw/my-set/ratings of 2026+.zip\",\"nameOnly\":true," + ID + "}";

  @TempDir Path directory;
  private final ObjectMapper mapper = new ObjectMapper();
  private final List<String> calls = new ArrayList<>();
  private StateMachine machine;
  private JsonNode event;

  @BeforeEach
  void read() throws IOException {
    machine = StateMachine.read(Path.of("infra/pipeline.asl.json"));
    event = mapper.readTree(Path.of("infra/events/eventbridge-object-created.json").toFile());
  }

  @Test
  void upload_goesThroughEveryStep_eachWithThePreviousManifest() {
    machine.run(event, this::call);
    assertThat(calls)
        .containsExactly(
            NAME,
            "updateItem lock",
            "Ingest " + withDatasetName(),
            "Split {\"manifest\":\"of Ingest\",\"settings\":{\"of\":\"split\"}," + ID + "}",
            "Index {\"manifest\":\"of Split\",\"settings\":{\"of\":\"index\"}," + ID + "}",
            "Train {\"manifest\":\"of Index\",\"settings\":{\"of\":\"train\"}," + ID + "}",
            "Evaluate {\"manifest\":\"of Train\",\"settings\":{\"of\":\"evaluate\"}," + ID + "}",
            "Index {\"manifest\":\"of Split\",\"settings\":{\"of\":\"index\"},\"rows\":\"all\","
                + ID
                + "}",
            "Train {\"manifest\":\"of Index of all\",\"pattern\":\"of Train\"," + ID + "}",
            "Publish {\"manifest\":\"of Train as of Train\"," + ID + ",\"again\":false}",
            "deleteItem lock");
  }

  /// What one job does stands in for ingest, split, index and train; the gate judges as ever.
  @Test
  void uploadBeyondTheFunctions_isTrainedWithSpark() throws IOException {
    withSpark(1234).run(event, this::call);
    assertThat(calls)
        .containsExactly(
            NAME,
            "updateItem lock",
            "startJobRun.sync " + arguments("--key", "raw/my-set/ratings of 2026+.zip", "train"),
            "getObject runs/walk/train.json",
            "Evaluate {\"manifest\":\"of train\",\"settings\":{\"of\":\"spark\"}," + ID + "}",
            "startJobRun.sync " + arguments("--refit", "of train", "refit"),
            "getObject runs/walk/refit.json",
            "Publish {\"manifest\":\"of refit\"," + ID + ",\"again\":false}",
            "deleteItem lock");
    for (String state : List.of("TrainWithSpark", "RefitWithSpark")) {
      JsonNode parameters = machine.states().path(state).path("Parameters");
      assertThat(parameters.at("/JobDriver/SparkSubmit/EntryPoint").asText())
          .isEqualTo("s3://${BucketName}/code/craftyverse-recsys-spark.jar");
      assertThat(parameters.path("ApplicationId").asText()).isEqualTo("${SparkApplication}");
      // An executor has 4 vCPU, and the application up to 100 GB of disk for each.
      assertThat(parameters.at("/JobDriver/SparkSubmit/SparkSubmitParameters").asText())
          .contains(" --conf spark.emr-serverless.executor.disk=200G");
    }
  }

  /// The first job, its refit, and four hours for the lock, the queue and the functions.
  @Test
  void execution_hasTimeForBothJobs() {
    int jobs = 0;
    for (String state : List.of("TrainWithSpark", "RefitWithSpark")) {
      jobs +=
          60
              * machine
                  .states()
                  .path(state)
                  .path("Parameters")
                  .path("ExecutionTimeoutMinutes")
                  .asInt();
    }
    assertThat(jobs).isEqualTo(machine.timeoutSeconds() - 4 * 3600);
  }

  private static String arguments(String option, String input, String result) {
    return "[\"--store\",\"s3://${BucketName}\",\""
        + option
        + "\",\""
        + input
        + "\",\"--result\",\"runs/walk/"
        + result
        + ".json\"]";
  }

  /// Returns the machine of a stack with Spark for uploads of that size and larger.
  private StateMachine withSpark(long fromBytes) throws IOException {
    return withSpark(fromBytes, "${Refit}");
  }

  private StateMachine withSpark(long fromBytes, String refit) throws IOException {
    Path deployed = directory.resolve("spark.asl.json");
    Files.writeString(
        deployed,
        Files.readString(Path.of("infra/pipeline.asl.json"))
            .replace("${SparkFromBytes}", String.valueOf(fromBytes))
            .replace("${Refit}", refit));
    return StateMachine.read(deployed);
  }

  @Test
  void smallerUpload_orAStackWithoutSpark_takesTheFunctions() throws IOException {
    withSpark(1235).run(event, this::call);
    ((ObjectNode) event.at("/detail/object")).put("size", 5_000_000_000_000L);
    machine.run(event, this::call);
    assertThat(calls).noneMatch(call -> call.contains("startJobRun"));
    assertThat(count("Train")).isEqualTo(4);
  }

  /// A folder's last object is empty, so `ingest` adds up the sizes of its files.
  @Test
  void folderBeyondTheFunctions_isTrainedWithSpark() throws IOException {
    ((ObjectNode) event.at("/detail/object")).put("key", "raw/my-set/2026/_SUCCESS").put("size", 0);
    for (long bytes : new long[] {1233, 1234}) {
      calls.clear();
      withSpark(1234)
          .run(
              event,
              (resource, input) -> {
                JsonNode result = call(resource, input);
                if (input.has("nameOnly")) {
                  ((ObjectNode) result).put("bytes", bytes);
                }
                return result;
              });
      assertThat(calls)
          .filteredOn(call -> call.startsWith("startJobRun"))
          .hasSize(bytes == 1234 ? 2 : 0);
    }
  }

  @Test
  void modelOfSpark_thatTheGateRefuses_isNotTrainedAgain() throws IOException {
    withSpark(1)
        .run(
            event,
            (resource, input) ->
                withVerdict(resource, call(resource, input), "refused", false, false));
    assertThat(calls).filteredOn(call -> call.startsWith("startJobRun")).hasSize(1);
    assertThat(calls)
        .contains("Publish {\"manifest\":\"of train\"," + ID + ",\"again\":false}")
        .endsWith("publish A new model was refused; the old one keeps serving", "deleteItem lock");
  }

  @Test
  void modelOfSpark_isServedAsScored_ifTheStackDoesNotTrainAgain() throws IOException {
    withSpark(1, "false").run(event, this::call);
    assertThat(calls)
        .contains("Publish {\"manifest\":\"of train\"," + ID + ",\"again\":false}")
        .filteredOn(call -> call.startsWith("startJobRun"))
        .hasSize(1);
  }

  /// A job is not retried. If it refused its data, the report has its sentence.
  @ParameterizedTest
  @CsvSource({"train, true", "train, false", "refit, true", "refit, false"})
  void jobThatFails_isReportedWithItsSentence_andTheLockReleased(String job, boolean refuses)
      throws IOException {
    List<String> reports = new ArrayList<>();
    StateMachine spark = withSpark(1);
    assertThatThrownBy(
            () ->
                spark.run(
                    event,
                    (resource, input) -> {
                      JsonNode result = call(resource, input);
                      boolean isOfJob = calls.getLast().contains(job + ".json");
                      if (resource.contains("startJobRun") && isOfJob) {
                        throw new LambdaError("States.TaskFailed", "exit status 2");
                      }
                      if (resource.contains("getObject") && isOfJob) {
                        if (refuses) {
                          return mapper
                              .createObjectNode()
                              .put("Body", "{'error':'the scale has one value'}");
                        }
                        throw new LambdaError("S3.NoSuchKeyException", "none");
                      }
                      if (resource.contains("sns")) {
                        reports.add(input.path("Message").asText());
                      }
                      return result;
                    }))
        .isInstanceOfSatisfying(
            LambdaError.class, e -> assertThat(e.type()).isEqualTo("PipelineFailed"));
    assertThat(calls)
        .endsWith(
            "startJobRun.sync "
                + (job.equals("train")
                    ? arguments("--key", "raw/my-set/ratings of 2026+.zip", job)
                    : arguments("--refit", "of train", job)),
            "getObject runs/walk/" + job + ".json",
            "deleteItem lock",
            "publish An upload did not become a model");
    assertThat(reports).singleElement().asString().contains("exit status 2");
    assertThat(reports.getFirst().contains("the scale has one value")).isEqualTo(refuses);
  }

  /// The execution's input overrides the stack's parameter.
  @ParameterizedTest
  @CsvSource({
    "true, , true",
    "false, , false",
    "true, false, false",
    "false, true, true",
    "true, true, true"
  })
  void refit_isSwitchedByTheStackAndByTheInput(
      String stack, @Nullable Boolean input, boolean expected) throws IOException {
    Path deployed = directory.resolve("deployed.asl.json");
    Files.writeString(
        deployed, Files.readString(Path.of("infra/pipeline.asl.json")).replace("${Refit}", stack));
    if (input != null) {
      ((ObjectNode) event).put("refit", input);
    }
    StateMachine.read(deployed).run(event, this::call);
    String publish = "Publish {\"manifest\":\"%s\"," + ID + ",\"again\":false}";
    assertThat(calls)
        .contains(publish.formatted(expected ? "of Train as of Train" : "of Train"))
        .filteredOn(call -> call.startsWith("Index ") || call.startsWith("Train "))
        .hasSize(expected ? 4 : 2);
  }

  /// A refusal is a result: the execution succeeds, trains nothing more, and says so.
  @Test
  void refusedModel_isNotTrainedAgain_andIsReported() {
    JsonNode result = runWithVerdict("refused", false, false);
    assertThat(calls)
        .endsWith(
            "Evaluate {\"manifest\":\"of Train\",\"settings\":{\"of\":\"evaluate\"}," + ID + "}",
            "Publish {\"manifest\":\"of Train\"," + ID + ",\"again\":false}",
            "publish A new model was refused; the old one keeps serving",
            "deleteItem lock");
    assertThat(result.path("publish").path("published").asBoolean(true)).isFalse();
    assertThat(result.at("/publish/verdict/reasons/0").asText()).isEqualTo("It is worse.");
  }

  /// A person who reads the notification finds the report.
  @Test
  void notificationsOfAVerdict_nameTheReport() {
    for (String state : List.of("ReportRefusal", "ReportWarning")) {
      assertThat(machine.states().at("/" + state + "/Parameters/Message.$").asText())
          .isEqualTo(
              "States.Format('The report is s3://${BucketName}/{}. {}', $.evaluate.report,"
                  + " States.JsonToString($.publish))");
    }
    assertThat(machine.states().at("/Report/Parameters/Message.$").asText())
        .isEqualTo("States.JsonToString($)");
  }

  @Test
  void modelWithInsufficientEvidence_doesNotReplace_andIsReported() {
    runWithVerdict("insufficientEvidence", false, false);
    assertThat(refits()).isZero();
    assertThat(calls)
        .endsWith("publish A new model was refused; the old one keeps serving", "deleteItem lock");
  }

  @Test
  void firstModelWithInsufficientEvidence_isPublished_withAWarning() {
    runWithVerdict("insufficientEvidence", true, true);
    assertThat(calls)
        .endsWith(
            "Publish {\"manifest\":\"of Train as of Train\"," + ID + ",\"again\":false}",
            "publish A first model was published on little evidence",
            "deleteItem lock");
  }

  @Test
  void acceptedModel_isNotReported() {
    runWithVerdict("accepted", true, true);
    assertThat(calls).noneMatch(call -> call.startsWith("publish "));
  }

  /// An upload whose model was replaced arrives again: nothing is published, and nothing was refused.
  @Test
  void lateEvent_isNotReportedAsARefusal() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          if (resource.contains("Publish")) {
            ((ObjectNode) result).put("published", false).putNull("verdict");
          }
          return result;
        });
    assertThat(calls).noneMatch(call -> call.startsWith("publish "));
  }

  @Test
  void reportOfARefusalThatFails_stillReleasesTheLock() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = withVerdict(resource, call(resource, input), "refused", false, false);
          if (resource.contains("sns")) {
            throw new LambdaError("SNS.InternalErrorException", "down");
          }
          return result;
        });
    assertThat(calls).last().isEqualTo("deleteItem lock");
  }

  private JsonNode runWithVerdict(String decision, boolean publishable, boolean published) {
    return machine.run(
        event,
        (resource, input) ->
            withVerdict(resource, call(resource, input), decision, publishable, published));
  }

  private static JsonNode withVerdict(
      String resource, JsonNode result, String decision, boolean publishable, boolean published) {
    if (resource.contains("Evaluate")) {
      ((ObjectNode) result).put("publishable", publishable);
    }
    if (resource.contains("PublishFunction")) {
      ((ObjectNode) result)
          .put("published", published)
          .putObject("verdict")
          .put("decision", decision)
          .putArray("reasons")
          .add("It is worse.");
    }
    return result;
  }

  @Test
  void refitThatNeedsThreeCalls_getsThem() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          return input.has("pattern") && refits() < 3
              ? mapper.createObjectNode().put("resumable", true)
              : result;
        });
    assertThat(refits()).isEqualTo(3);
    assertThat(calls).filteredOn(call -> call.startsWith("Train ")).hasSize(4);
    assertThat(calls).filteredOn(call -> call.startsWith("Publish ")).hasSize(1);
  }

  private long refits() {
    return calls.stream().filter(call -> call.contains("\"pattern\"")).count();
  }

  @Test
  void ingestedUpload_continuesWithSplit() throws IOException {
    machine.run(
        mapper.readTree(
            """
            {"ingest": {"manifest": "of S3", "settings": {"split": {}, "index": {}, "train": {}, "evaluate": {}}},
             "detail": {"request-id": "N4N7GDK58NMKJ12R", "object": {"key": "raw/my-set/upload"}}}
            """),
        this::call);
    assertThat(calls)
        .startsWith(
            NAME.replace("ratings of 2026+.zip", "upload"),
            "updateItem lock",
            "Split {\"manifest\":\"of S3\",\"settings\":{}," + ID + "}")
        .endsWith("deleteItem lock");
  }

  @Test
  void eventAboutNothing_endsAfterIngest() {
    machine.run(
        event,
        (resource, input) -> {
          call(resource, input);
          return mapper.createObjectNode().put("dataset", "my-set").put("cached", false);
        });
    assertThat(calls).hasSize(4).last().isEqualTo("deleteItem lock");
  }

  @Test
  void eventWithoutADataset_endsWithoutALock() {
    machine.run(
        event,
        (resource, input) -> {
          call(resource, input);
          return mapper.createObjectNode().put("cached", false);
        });
    assertThat(calls).containsExactly(NAME);
  }

  /// The lock belongs to the dataset that ingest names, both when acquired and when released.
  @Test
  void lock_isNamedByIngest() {
    List<String> locks = new ArrayList<>();
    machine.run(
        event,
        (resource, input) -> {
          if (resource.contains("dynamodb")) {
            locks.add(
                (input.has("Item") ? input.at("/Item/dataset/S") : input.at("/Key/dataset/S"))
                    .asText());
          }
          return call(resource, input);
        });
    assertThat(locks).containsExactly("named by ingest", "named by ingest");
  }

  @Test
  void trainingThatNeedsThreeCalls_getsThem() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          long trained = calls.stream().filter(call -> call.startsWith("Train ")).count();
          return resource.contains("Train") && trained < 3
              ? mapper.createObjectNode().put("resumable", true)
              : result;
        });
    assertThat(calls)
        .filteredOn(call -> call.startsWith("Train ") && !call.contains("\"pattern\""))
        .hasSize(3)
        .containsOnly(
            "Train {\"manifest\":\"of Index\",\"settings\":{\"of\":\"train\"}," + ID + "}");
  }

  @Test
  void callersMistake_isReportedAtOnce_andTheLockReleased() {
    assertThatThrownBy(
            () ->
                machine.run(
                    event,
                    (resource, input) -> {
                      JsonNode result = call(resource, input);
                      if (resource.contains("Split")) {
                        throw new LambdaError(USER_ERROR, "the test set would be empty");
                      }
                      return result;
                    }))
        .isInstanceOfSatisfying(
            LambdaError.class, e -> assertThat(e.type()).isEqualTo("PipelineFailed"));
    assertThat(calls)
        .endsWith(
            "Split {\"manifest\":\"of Ingest\",\"settings\":{\"of\":\"split\"}," + ID + "}",
            "deleteItem lock",
            "publish An upload did not become a model");
  }

  /// Executions for several datasets compete for the functions' concurrency. Each waits as long as the
  /// others work, up to its own time limit.
  @Test
  void throttling_isRetriedForHours_otherErrorsAreNot() {
    for (String function : List.of("Ingest", "Split", "Index", "Train", "Evaluate", "Publish")) {
      calls.clear();
      machine.run(
          event,
          (resource, input) -> {
            JsonNode result = call(resource, input);
            if (resource.contains(function) && count(function) < 900) {
              throw new LambdaError("Lambda.TooManyRequestsException", "Rate Exceeded");
            }
            return result;
          });
      assertThat(count(function)).as(function).isGreaterThanOrEqualTo(900);
      assertThat(calls).last().isEqualTo("deleteItem lock");
      for (JsonNode retrier : machine.states().path(function).path("Retry")) {
        if (retrier.path("ErrorEquals").toString().contains("TooManyRequests")) {
          double average = retrier.path("MaxDelaySeconds").asDouble() / 2; // with full jitter
          assertThat(retrier.path("JitterStrategy").asText()).isEqualTo("FULL");
          assertThat(average * retrier.path("MaxAttempts").asInt())
              .isGreaterThan(machine.timeoutSeconds());
        }
      }
    }
    calls.clear();
    assertThatThrownBy(
            () ->
                machine.run(
                    event,
                    (resource, input) -> {
                      JsonNode result = call(resource, input);
                      if (resource.contains("Index")) {
                        throw new LambdaError("Lambda.ServiceException", "broken");
                      }
                      return result;
                    }))
        .isInstanceOf(LambdaError.class);
    assertThat(count("Index")).isEqualTo(5);
  }

  private long count(String function) {
    return calls.stream().filter(call -> call.startsWith(function + " ")).count();
  }

  @Test
  void busyDataset_isWaitedFor_withTheTimeUpdated() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          if (resource.contains("updateItem")
              && calls.stream().filter("updateItem lock"::equals).count() < 300) {
            throw new LambdaError("DynamoDB.ConditionalCheckFailedException", "taken");
          }
          return result;
        });
    assertThat(calls).filteredOn("updateItem lock"::equals).hasSize(300);
    assertThat(calls).filteredOn(NAME::equals).hasSize(300);
    assertThat(calls).last().isEqualTo("deleteItem lock");
  }

  /// Step Functions ends an execution after 25,000 events. A round of waiting has two for each of its four
  /// states and three more for each of its two calls; the pipeline itself needs some hundreds.
  @Test
  void waitForTheLock_fitsIntoTheHistoryOfAnExecution() {
    int rounds = machine.timeoutSeconds() / machine.states().at("/WaitForLock/Seconds").asInt();
    assertThat(rounds * (4 * 2 + 2 * 3)).isLessThan(25_000 - 4_000);
  }

  /// An execution acquires a lock that is free, already its own, or expired by ingest's clock, and holds
  /// it for the longest possible duration of the execution.
  @Test
  void lock_expiresWithTheExecution() {
    JsonNode acquire = machine.states().path("AcquireLock").path("Parameters");
    assertThat(acquire.path("ConditionExpression").asText())
        .isEqualTo("attribute_not_exists(#execution) OR #execution = :me OR #expires < :now");
    assertThat(acquire.path("UpdateExpression").asText())
        .isEqualTo("SET #execution = :me, #expires = :now + :life");
    JsonNode values = acquire.path("ExpressionAttributeValues");
    assertThat(values.at("/:now/N.$").asText()).isEqualTo("States.Format('{}', $.name.now)");
    assertThat(values.at("/:life/N").asInt()).isEqualTo(machine.timeoutSeconds());
  }

  @Test
  void lockHeldByAnotherExecution_isNotReleased_andHarmsNothing() {
    for (String state : List.of("ReleaseLock", "ReleaseAfterError")) {
      assertThat(
              machine.states().path(state).path("Parameters").path("ConditionExpression").asText())
          .isEqualTo("#execution = :me");
    }
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          if (resource.contains("deleteItem")) {
            throw new LambdaError("DynamoDB.ConditionalCheckFailedException", "another's");
          }
          return result;
        });
    assertThat(calls).filteredOn("deleteItem lock"::equals).hasSize(1);
  }

  /// This includes errors that no state can catch, such as a result of more than 256 KiB.
  @Test
  void executionThatEndsInAnyWay_losesItsLock() throws IOException {
    StateMachine unlockMachine = StateMachine.read(Path.of("infra/unlock.asl.json"));
    for (String status : List.of("FAILED", "ABORTED", "TIMED_OUT")) {
      calls.clear();
      unlockMachine.run(endEvent(status), this::call);
      assertThat(calls)
          .as(status)
          .containsExactly(NAME, "deleteItem lock", "publish An upload did not become a model");
    }
  }

  @Test
  void executionThatReleasedItsLock_isReportedOnce() throws IOException {
    StateMachine unlockMachine = StateMachine.read(Path.of("infra/unlock.asl.json"));
    for (String status : List.of("FAILED", "ABORTED", "TIMED_OUT")) {
      calls.clear();
      unlockMachine.run(
          endEvent(status),
          (resource, input) -> {
            JsonNode result = call(resource, input);
            if (resource.contains("deleteItem")) {
              throw new LambdaError("DynamoDB.ConditionalCheckFailedException", "not its own");
            }
            return result;
          });
      assertThat(calls.contains("publish An upload did not become a model"))
          .as(status)
          .isEqualTo(!status.equals("FAILED"));
    }
  }

  private JsonNode endEvent(String status) {
    ObjectNode endEvent = mapper.createObjectNode();
    endEvent
        .putObject("detail")
        .put("executionArn", "arn:execution")
        .put("status", status)
        .put("input", event.toString());
    return endEvent;
  }

  @Test
  void partition_isGivenAndNotWritten() throws IOException {
    for (String file : List.of("pipeline", "unlock")) {
      assertThat(Files.readString(Path.of("infra", file + ".asl.json")))
          .doesNotContain("arn:aws")
          .contains("arn:${Partition}:states:::");
    }
  }

  @Test
  void unsupportedStates_areRefused() throws IOException {
    Path file = directory.resolve("map.asl.json");
    Files.writeString(file, "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Map\"}}}");
    StateMachine map = StateMachine.read(file);
    assertThatThrownBy(() -> map.run(event, this::call))
        .hasMessage("state A is of type 'Map', which is not supported");
  }

  /// Returns the event with the name that the first state adds, and the limit for Spark.
  private JsonNode withDatasetName() {
    ObjectNode named = event.deepCopy();
    named.putObject("name").put("manifest", "of Ingest").put("dataset", "named by ingest");
    named.putObject("spark").put("fromBytes", Long.valueOf(StateMachine.WITHOUT_SPARK));
    return named;
  }

  /// Simulates a successful step; its manifest states the step and any special parameters.
  private JsonNode call(String resource, JsonNode input) {
    if (resource.startsWith("${")) {
      String function = resource.replaceAll("\\$\\{(\\w+)FunctionArn}", "$1");
      calls.add(function + " " + input);
      ObjectNode result = mapper.createObjectNode();
      if (function.equals("Ingest") && !input.has("nameOnly")) {
        ObjectNode settings = result.putObject("settings");
        for (String step : List.of("split", "index", "train", "evaluate")) {
          settings.putObject(step).put("of", step);
        }
      }
      return result
          .put(
              "manifest",
              "of "
                  + function
                  + (input.has("rows") ? " of " + input.get("rows").asText() : "")
                  + (input.has("pattern") ? " as " + input.get("pattern").asText() : ""))
          .put("dataset", "named by ingest");
    }
    String service = resource.substring(resource.lastIndexOf(':') + 1);
    if (input.has("JobDriver")) {
      calls.add(service + " " + input.at("/JobDriver/SparkSubmit/EntryPointArguments"));
      return mapper.createObjectNode();
    }
    if (input.has("Bucket")) {
      String key = input.get("Key").asText();
      calls.add(service + " " + key);
      String run = key.replaceAll(".*/|\\.json", "");
      return mapper
          .createObjectNode()
          .put("Body", "{\"manifest\":\"of " + run + "\",\"evaluate\":{\"of\":\"spark\"}}\n");
    }
    calls.add(service + " " + (input.has("Subject") ? input.get("Subject").asText() : "lock"));
    return mapper.createObjectNode();
  }
}
