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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void upload_goesThroughEveryStep_eachGivenTheManifestOfTheOneBefore() {
    machine.run(event, this::call);
    assertThat(calls)
        .containsExactly(
            NAME,
            "putItem lock",
            "Ingest " + named(),
            "Split {\"manifest\":\"of Ingest\"," + ID + "}",
            "Index {\"manifest\":\"of Split\"," + ID + "}",
            "Train {\"manifest\":\"of Index\"," + ID + "}",
            "Evaluate {\"manifest\":\"of Train\"," + ID + "}",
            "Publish {\"manifest\":\"of Evaluate\"," + ID + ",\"again\":false}",
            "deleteItem lock");
  }

  @Test
  void uploadThatIsIngestedAlready_goesOnFromThere() throws IOException {
    machine.run(
        mapper.readTree(
            """
            {"ingest": {"manifest": "of S3"},
             "detail": {"request-id": "N4N7GDK58NMKJ12R", "object": {"key": "raw/my-set/upload"}}}
            """),
        this::call);
    assertThat(calls)
        .startsWith(
            NAME.replace("ratings of 2026+.zip", "upload"),
            "putItem lock",
            "Split {\"manifest\":\"of S3\"," + ID + "}")
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
  void eventAboutWhatHasNoDataset_endsWithoutALock() {
    machine.run(
        event,
        (resource, input) -> {
          call(resource, input);
          return mapper.createObjectNode().put("cached", false);
        });
    assertThat(calls).containsExactly(NAME);
  }

  /// The lock is of the dataset that ingest names, when it is taken and when it is given back.
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
        .filteredOn(call -> call.startsWith("Train "))
        .hasSize(3)
        .containsOnly("Train {\"manifest\":\"of Index\"," + ID + "}");
  }

  @Test
  void callersMistake_isReportedAtOnce_andTheLockGivenBack() {
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
            "Split {\"manifest\":\"of Ingest\"," + ID + "}",
            "deleteItem lock",
            "publish An upload did not become a model");
  }

  @Test
  void throttling_isTriedAgain() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          if (resource.contains("Index")
              && calls.stream().filter(call -> call.startsWith("Index")).count() < 4) {
            throw new LambdaError("Lambda.TooManyRequestsException", "Rate Exceeded");
          }
          return result;
        });
    assertThat(calls).filteredOn(call -> call.startsWith("Index")).hasSize(4);
    assertThat(calls).last().isEqualTo("deleteItem lock");
  }

  @Test
  void datasetThatIsBusy_isWaitedFor() {
    machine.run(
        event,
        (resource, input) -> {
          JsonNode result = call(resource, input);
          if (resource.contains("putItem") && calls.size() < 21) {
            throw new LambdaError("DynamoDB.ConditionalCheckFailedException", "taken");
          }
          return result;
        });
    assertThat(calls).filteredOn(call -> call.startsWith("putItem")).hasSize(20);
  }

  @Test
  void statesThatAreNotWalked_areRefused() throws IOException {
    Path file = directory.resolve("map.asl.json");
    Files.writeString(file, "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Map\"}}}");
    StateMachine map = StateMachine.read(file);
    assertThatThrownBy(() -> map.run(event, this::call))
        .hasMessage("state A is of type 'Map', not walked");
  }

  /// The event with the name that the first state puts in.
  private JsonNode named() {
    ObjectNode named = event.deepCopy();
    named.putObject("name").put("manifest", "of Ingest").put("dataset", "named by ingest");
    return named;
  }

  /// A step that works: its manifest is named after it.
  private JsonNode call(String resource, JsonNode input) {
    if (resource.startsWith("${")) {
      String function = resource.replaceAll("\\$\\{(\\w+)FunctionArn}", "$1");
      calls.add(function + " " + input);
      return mapper
          .createObjectNode()
          .put("manifest", "of " + function)
          .put("dataset", "named by ingest");
    }
    calls.add(
        resource.substring(resource.lastIndexOf(':') + 1)
            + " "
            + (input.has("Subject") ? input.get("Subject").asText() : "lock"));
    return mapper.createObjectNode();
  }
}
