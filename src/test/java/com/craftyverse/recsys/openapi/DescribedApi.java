package com.craftyverse.recsys.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// The committed `openapi.json`, for tests that hold it against the server.
public final class DescribedApi {
  private final JsonNode document;

  private DescribedApi(JsonNode document) {
    this.document = document;
  }

  /// Reads the document.
  public static DescribedApi read() throws IOException {
    return new DescribedApi(new ObjectMapper().readTree(Files.readString(OpenApi.DOCUMENT)));
  }

  /// Returns the names of the functions.
  public List<String> functions() throws IOException {
    return List.copyOf(OpenApi.functions().keySet());
  }

  /// Returns all described paths, those of functions and others.
  public List<String> paths() {
    return document.path("paths").properties().stream().map(Map.Entry::getKey).toList();
  }

  /// Returns the requests of a function's examples.
  public List<JsonNode> requests(String function) {
    return StreamSupport.stream(
            operation(function).at("/requestBody/content/application~1json/examples").spliterator(),
            false)
        .map(example -> example.path("value"))
        .toList();
  }

  /// Returns the schema of a function's request.
  public JsonNode requestSchema(String function) {
    return resolve(operation(function).at("/requestBody/content/application~1json/schema"));
  }

  /// Returns what in an answer the document does not describe: fields, types, nulls and values, and the
  /// required fields that it lacks.
  public List<String> problems(String function, int status, JsonNode answer) {
    return problems("/" + function, "post", status, answer);
  }

  /// Returns the same for a path and a method, in lower case.
  public List<String> problems(String path, String method, int status, JsonNode answer) {
    JsonNode operation = document.path("paths").path(path).path(method);
    JsonNode response = resolve(operation.path("responses").path("" + status));
    if (response.isMissingNode()) {
      return List.of("the status " + status);
    }
    List<String> problems = new ArrayList<>();
    check(response.at("/content/application~1json/schema"), answer, path, problems);
    return problems;
  }

  private JsonNode operation(String function) {
    return document.path("paths").path("/" + function).path("post");
  }

  /// Follows a reference, also one that stands in an `allOf` beside a description.
  JsonNode resolve(JsonNode schema) {
    JsonNode target = schema.path("allOf").isArray() ? schema.path("allOf").get(0) : schema;
    String reference = target.path("$ref").asText();
    return reference.isEmpty() ? schema : resolve(document.at(reference.substring(1)));
  }

  private void check(JsonNode described, JsonNode value, String at, List<String> problems) {
    JsonNode schema = resolve(described);
    if (value.isNull()) {
      if (!described.path("nullable").asBoolean()) {
        problems.add(at + " is null");
      }
      return;
    }
    for (String choice : List.of("anyOf", "oneOf")) {
      if (schema.has(choice)) {
        checkAny(schema.path(choice), value, at, problems);
        return;
      }
    }
    boolean right =
        switch (schema.path("type").asText()) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          case "boolean" -> value.isBoolean();
          default -> true;
        };
    if (!right) {
      problems.add(at + " is not of type " + schema.path("type").asText() + ": " + value);
    } else if (value.isObject() && schema.has("type")) {
      checkObject(schema, value, at, problems);
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(schema.path("items"), value.get(i), at + "[" + i + "]", problems);
      }
    } else if (schema.has("enum") && !contains(schema.path("enum"), value)) {
      problems.add(at + " is not one of " + schema.path("enum") + ": " + value);
    }
  }

  private void checkAny(JsonNode schemas, JsonNode value, String at, List<String> problems) {
    List<String> best = List.of(at + " has no schema");
    for (int i = 0; i < schemas.size(); i++) {
      List<String> found = new ArrayList<>();
      check(schemas.get(i), value, at, found);
      if (i == 0 || found.size() < best.size()) {
        best = found;
      }
    }
    problems.addAll(best);
  }

  private void checkObject(JsonNode schema, JsonNode value, String at, List<String> problems) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        problems.add(at + "." + name.asText() + " is missing");
      }
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      String path = at + "." + field.getKey();
      if (schema.path("properties").has(field.getKey())) {
        check(schema.path("properties").path(field.getKey()), field.getValue(), path, problems);
      } else if (schema.has("additionalProperties")) {
        check(schema.path("additionalProperties"), field.getValue(), path, problems);
      } else {
        problems.add(path + " is not described");
      }
    }
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    return StreamSupport.stream(list.spliterator(), false).anyMatch(value::equals);
  }
}
