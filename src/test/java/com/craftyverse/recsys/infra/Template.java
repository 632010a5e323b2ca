package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// `infra/template.yaml` as far as the tests look into it. Short forms such as `!Ref X` are read as the
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

  /// The functions' resources by the name that they export.
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

  /// What all functions have.
  JsonNode globals() {
    return root.path("Globals").path("Function");
  }

  /// A value as it is deployed when no parameter is given: a parameter's name stands for its default.
  String deployed(JsonNode value) {
    JsonNode parameter = root.path("Parameters").path(value.asText());
    return parameter.path("Default").asText(value.asText());
  }

  /// The same of a number.
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
