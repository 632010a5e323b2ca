package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Interprets a state machine as Step Functions would: Task, Pass, Choice, Wait, Succeed and Fail, with
/// Retry and Catch. It rejects every other feature of the language, so that a passing test proves what it
/// claims. Waits and backoffs take no time.
final class StateMachine {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_STEPS = 3_000;

  /// The name of every execution.
  static final String EXECUTION = "walk";

  /// The limit for uploads in a stack without Spark, as in the template.
  static final String WITHOUT_SPARK = "1000000000000000";

  /// The fields that each type of state may have besides Type and Comment.
  private static final Map<String, String> FIELDS =
      Map.of(
          "Task", "Resource Parameters ResultPath Retry Catch Next End",
          "Pass", "Parameters ResultPath Next",
          "Choice", "Choices Default",
          "Wait", "Seconds Next",
          "Succeed", "",
          "Fail", "Error Cause");

  private final JsonNode definition;

  private StateMachine(JsonNode definition) {
    this.definition = definition;
  }

  /// Reads a definition, deployed without Spark unless the file says otherwise.
  static StateMachine read(Path file) throws IOException {
    return new StateMachine(
        MAPPER.readTree(Files.readString(file).replace("${SparkFromBytes}", WITHOUT_SPARK)));
  }

  /// Returns the states by name.
  JsonNode states() {
    return definition.path("States");
  }

  /// Returns the time limit of an execution.
  int timeoutSeconds() {
    return definition.path("TimeoutSeconds").asInt();
  }

  /// Runs an execution.
  ///
  /// @param input the execution's input
  /// @param services called with a Task's resource and its input
  /// @return the final data if the execution succeeded
  /// @throws LambdaError with the error of the Fail state that it ended in
  JsonNode run(JsonNode input, BiFunction<String, JsonNode, JsonNode> services) {
    JsonNode data = input;
    String name = definition.path("StartAt").asText();
    for (int step = 0; step < MAX_STEPS; step++) {
      JsonNode state = states().path(name);
      String type = state.path("Type").asText();
      requireKnown(name, state, type);
      switch (type) {
        case "Succeed" -> {
          return data;
        }
        case "Fail" ->
            throw new LambdaError(
                state.path("Error").asText(),
                state.path("Cause").asText() + " " + data.path("error"));
        case "Wait" -> name = state.path("Next").asText();
        case "Pass" -> {
          data = merged(data, state.path("ResultPath"), fill(state.path("Parameters"), data));
          name = state.path("Next").asText();
        }
        case "Choice" -> name = choose(state, data);
        default -> {
          Outcome outcome = task(state, data, services);
          data = outcome.data;
          if (outcome.next.isEmpty()) {
            return data;
          }
          name = outcome.next;
        }
      }
    }
    throw new IllegalStateException("no end after " + MAX_STEPS + " states");
  }

  private record Outcome(JsonNode data, String next) {}

  private static Outcome task(
      JsonNode state, JsonNode data, BiFunction<String, JsonNode, JsonNode> services) {
    JsonNode input = state.has("Parameters") ? fill(state.get("Parameters"), data) : data;
    Map<JsonNode, Integer> attempts = new HashMap<>();
    while (true) {
      try {
        JsonNode result = services.apply(state.path("Resource").asText(), input);
        return new Outcome(
            merged(data, state.path("ResultPath"), result), state.path("Next").asText());
      } catch (LambdaError e) {
        JsonNode retry = matching(state.path("Retry"), e);
        if (retry != null
            && attempts.merge(retry, 1, Integer::sum) <= retry.path("MaxAttempts").asInt(3)) {
          continue;
        }
        JsonNode handler = matching(state.path("Catch"), e);
        if (handler == null) {
          throw e;
        }
        ObjectNode error =
            MAPPER.createObjectNode().put("Error", e.type()).put("Cause", e.getMessage());
        return new Outcome(
            merged(data, handler.path("ResultPath"), error), handler.path("Next").asText());
      }
    }
  }

  private static @Nullable JsonNode matching(JsonNode handlers, LambdaError error) {
    Set<String> names = Set.of("\"States.ALL\"", '"' + error.type() + '"');
    for (JsonNode handler : handlers) {
      for (JsonNode name : handler.path("ErrorEquals")) {
        if (names.contains(name.toString())) {
          return handler;
        }
      }
    }
    return null;
  }

  /// Replaces fields whose names end in `.$`, which are paths into the data or intrinsic functions of them. Other
  /// functions than those that [#value] knows, and context references on their own, stay as written.
  private static JsonNode fill(JsonNode template, JsonNode data) {
    if (!template.isObject()) {
      return template;
    }
    ObjectNode filled = MAPPER.createObjectNode();
    template
        .properties()
        .forEach(
            field -> {
              String key = field.getKey();
              String text = field.getValue().asText();
              if (!key.endsWith(".$")) {
                filled.set(key, fill(field.getValue(), data));
              } else if (text.matches("States\\.StringToJson\\(\\S+\\)")) {
                String argument = text.substring(text.indexOf('(') + 1, text.length() - 1);
                filled.set(
                    key.substring(0, key.length() - 2),
                    json(
                        argument.startsWith("'")
                            ? argument.substring(1, argument.length() - 1)
                            : at(data, argument).asText()));
              } else {
                JsonNode value = text.startsWith("$$") ? null : value(text, data);
                filled.set(
                    key.substring(0, key.length() - 2),
                    value == null ? MAPPER.getNodeFactory().textNode(text) : value);
              }
            });
    return filled;
  }

  /// Returns the value of a path, a text in quotes, the execution's name, all data as a text, or `States.Array` and
  /// `States.Format` of those; null for anything else.
  private static @Nullable JsonNode value(String text, JsonNode data) {
    if (text.startsWith("'")) {
      return MAPPER.getNodeFactory().textNode(text.substring(1, text.length() - 1));
    }
    if (text.equals("$$.Execution.Name")) {
      return MAPPER.getNodeFactory().textNode(EXECUTION);
    }
    if (text.equals("States.JsonToString($)")) {
      return MAPPER.getNodeFactory().textNode(data.toString());
    }
    if (text.startsWith("$.")) {
      return at(data, text);
    }
    boolean isArray = text.startsWith("States.Array(");
    if (!isArray && !text.startsWith("States.Format(")) {
      return null;
    }
    ArrayNode arguments = MAPPER.createArrayNode();
    for (String argument : arguments(text)) {
      JsonNode value = value(argument, data);
      if (value == null) {
        return null;
      }
      arguments.add(value);
    }
    if (isArray) {
      return arguments;
    }
    String formatted = arguments.get(0).asText();
    for (int i = 1; i < arguments.size(); i++) {
      int place = formatted.indexOf("{}");
      formatted =
          formatted.substring(0, place)
              + arguments.get(i).asText()
              + formatted.substring(place + 2);
    }
    return MAPPER.getNodeFactory().textNode(formatted);
  }

  /// Splits the arguments of a function call at the commas outside of quotes and inner calls.
  private static List<String> arguments(String call) {
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    boolean quoted = false;
    int from = call.indexOf('(') + 1;
    for (int i = from; i < call.length(); i++) {
      char c = call.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && (c == ',' || c == ')') && depth == 0) {
        arguments.add(call.substring(from, i).strip());
        from = i + 1;
      } else if (!quoted && c == ')') {
        depth--;
      }
    }
    return arguments;
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new LambdaError("States.IntrinsicFailure", e.getMessage());
    }
  }

  private static JsonNode at(JsonNode data, String path) {
    if (!path.matches("\\$(\\.\\w+|\\['[\\w-]+'])+")) {
      throw new IllegalStateException("the path " + path + " is not of the form $.a['b']");
    }
    return data.at(path.substring(1).replace("['", "/").replace("']", "").replace('.', '/'));
  }

  /// Returns the data with a result inserted at `$.name`, or unchanged for null.
  private static JsonNode merged(JsonNode data, JsonNode resultPath, JsonNode result) {
    if (resultPath.isNull()) {
      return data;
    }
    if (resultPath.isMissingNode()) {
      return result;
    }
    if (!resultPath.asText().matches("\\$\\.\\w+")) {
      throw new IllegalStateException("ResultPath " + resultPath + " is not of the form $.name");
    }
    ObjectNode merged = data.deepCopy();
    merged.set(resultPath.asText().substring(2), result);
    return merged;
  }

  private static String choose(JsonNode state, JsonNode data) {
    return state
        .path("Choices")
        .valueStream()
        .filter(choice -> holds(choice, data))
        .findFirst()
        .map(choice -> choice.path("Next").asText())
        .orElseGet(() -> state.path("Default").asText());
  }

  private static boolean holds(JsonNode rule, JsonNode data) {
    if (rule.has("And")) {
      return rule.path("And").valueStream().allMatch(part -> holds(part, data));
    }
    JsonNode value = at(data, rule.path("Variable").asText());
    if (rule.has("IsPresent")) {
      return rule.path("IsPresent").asBoolean() == !value.isMissingNode();
    }
    if (rule.has("StringEquals")) {
      return value.isTextual() && value.asText().equals(rule.path("StringEquals").asText());
    }
    if (rule.has("BooleanEquals")) {
      return value.isBoolean() && value.asBoolean() == rule.path("BooleanEquals").asBoolean();
    }
    if (rule.has("NumericGreaterThanEqualsPath")) {
      JsonNode bound = at(data, rule.path("NumericGreaterThanEqualsPath").asText());
      return value.isNumber() && bound.isNumber() && value.asDouble() >= bound.asDouble();
    }
    throw new IllegalStateException("unsupported kind of choice: " + rule);
  }

  private static void requireKnown(String name, JsonNode state, String type) {
    String fields = FIELDS.get(type);
    if (fields == null) {
      throw new IllegalStateException(
          "state " + name + " is of type '" + type + "', which is not supported");
    }
    List<String> known = List.of(("Type Comment " + fields).split(" "));
    for (var field : state.properties()) {
      if (!known.contains(field.getKey())) {
        throw new IllegalStateException(
            "state " + name + " has " + field.getKey() + ", which is not supported");
      }
    }
  }
}
