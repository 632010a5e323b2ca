package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
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

  /// Returns the functions' resources by exported name.
  Map<String, JsonNode> functions() {
    Map<String, JsonNode> functions = new TreeMap<>();
    root.path("Resources")
        .forEach(
            resource -> {
              if (resource.path("Type").asText().equals("AWS::Serverless::Function")) {
                functions.put(
                    environment(resource).path("QUARKUS_FUNQY_EXPORT").asText(),
                    resource.path("Properties"));
              }
            });
    return functions;
  }

  /// Returns the settings shared by all functions.
  JsonNode globals() {
    return root.path("Globals").path("Function");
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

  static JsonNode environment(JsonNode resource) {
    JsonNode properties = resource.has("Properties") ? resource.path("Properties") : resource;
    return properties.path("Environment").path("Variables");
  }
}
