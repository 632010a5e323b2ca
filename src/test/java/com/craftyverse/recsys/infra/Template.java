package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Reads `infra/template.yaml` as far as the tests need it. Short forms such as `!Ref X` become the
/// text that follows them.
final class Template {
  private final JsonNode root;

  Template() throws IOException {
    root = new YAMLMapper().readTree(Files.readString(Path.of("infra/template.yaml")));
  }

  JsonNode resource(String name) {
    return root.path("Resources").path(name);
  }

  JsonNode resources() {
    return root.path("Resources");
  }

  /// Returns the functions' properties, including the global ones, by exported name.
  Map<String, JsonNode> functions() {
    Map<String, JsonNode> functions = new TreeMap<>();
    for (JsonNode resource : root.path("Resources")) {
      if (resource.path("Type").asText().equals("AWS::Serverless::Function")) {
        ObjectNode properties = root.path("Globals").path("Function").deepCopy();
        merge(properties, resource.path("Properties"));
        functions.put(environment(properties).path("QUARKUS_FUNQY_EXPORT").asText(), properties);
      }
    }
    return functions;
  }

  /// Overrides global properties with a function's own as SAM does, which merges maps. It would join
  /// lists, too, but no function has a list of its own; an array here is the short form of `!If`.
  private static void merge(ObjectNode global, JsonNode own) {
    own.properties()
        .forEach(
            property -> {
              if (global.get(property.getKey()) instanceof ObjectNode map) {
                merge(map, property.getValue());
              } else {
                global.set(property.getKey(), property.getValue());
              }
            });
  }

  /// Returns a value as deployed without parameters: a parameter's name becomes its default.
  String deployed(JsonNode value) {
    JsonNode parameter = root.path("Parameters").path(value.asText());
    return parameter.path("Default").asText(value.asText());
  }

  /// Returns a number as deployed without parameters.
  int deployedNumber(JsonNode value) {
    return Integer.parseInt(deployed(value));
  }

  JsonNode parameter(String name) {
    return root.path("Parameters").path(name);
  }

  JsonNode outputs() {
    return root.path("Outputs");
  }

  static JsonNode environment(JsonNode function) {
    return function.path("Environment").path("Variables");
  }
}
