package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The content of `raw/{dataset}/settings.json`, as far as this job takes it.
///
/// @param json the document; an empty object without one
record Settings(JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> FIELDS =
      List.of(
          "onBadRow",
          "maxBadRows",
          "columns",
          "delimiter",
          "scale",
          "encoding",
          "header",
          "ids",
          "time",
          "decimal",
          "missing",
          "feedback",
          "split",
          "train",
          "evaluate");

  private static final List<String> COLUMNS = List.of("user", "item", "rating", "timestamp");
  private static final List<String> SPLIT =
      List.of("kind", "by", "trainRatio", "testRatio", "seed");
  private static final List<String> TRAIN =
      List.of(
          "factors",
          "choiceFactors",
          "rankingFactors",
          "rankingRegularization",
          "rankingUnobservedWeight");

  /// Reads the settings that apply to an upload.
  ///
  /// @throws RefusedException if they have a field or a value that this job does not take
  static Settings of(Store store, String key) throws IOException {
    String[] segments = key.split("/", -1);
    byte[] json = segments.length >= 3 ? store.find("raw/" + segments[1] + "/settings.json") : null;
    JsonNode document = json == null ? JSON.createObjectNode() : JSON.readTree(json);
    Settings settings = new Settings(document);
    requireOnly(document, "", FIELDS);
    requireOnly(document.path("columns"), "columns.", COLUMNS);
    requireOnly(document.path("split"), "split.", SPLIT);
    requireOnly(document.path("train"), "train.", TRAIN);
    settings.require("encoding", List.of("UTF-8", "utf-8"));
    settings.require("feedback", List.of("ratings"));
    settings.require("onBadRow", List.of("fail", "skip"));
    settings.require("decimal", List.of(".", ","));
    return settings;
  }

  private static void requireOnly(JsonNode node, String prefix, List<String> allowed) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!allowed.contains(name)) {
        throw new RefusedException(
            "settings.json: the Spark job does not take the field '"
                + prefix
                + name
                + "'; it takes "
                + String.join(", ", allowed));
      }
    }
  }

  private void require(String name, List<String> allowed) {
    String value = text(name);
    if (value != null && !allowed.contains(value)) {
      throw new RefusedException(
          "settings.json: the Spark job takes as '"
              + name
              + "' only "
              + String.join(" or ", allowed)
              + ", found '"
              + value
              + "'");
    }
  }

  /// Returns the text of a field such as `split.kind`; null without one.
  String text(String field) {
    JsonNode node = node(field);
    return node.isMissingNode() || node.isNull() ? null : node.asText();
  }

  /// Returns the number of a field, or another one without it.
  double number(String field, double byDefault) {
    JsonNode node = node(field);
    if (node.isMissingNode() || node.isNull()) {
      return byDefault;
    }
    if (!node.isNumber()) {
      throw new RefusedException(
          "settings.json: field '" + field + "': expected a number, found " + node);
    }
    return node.asDouble();
  }

  /// Returns whether a field is there.
  boolean has(String field) {
    return text(field) != null || node(field).isContainerNode();
  }

  /// Returns the value of a field; missing without one.
  JsonNode node(String field) {
    JsonNode node = json;
    for (String name : field.split("\\.")) {
      node = node.path(name);
    }
    return node;
  }

  /// Returns the ratings that stand for a missing one.
  List<Double> missing() {
    List<Double> values = new ArrayList<>();
    node("missing").forEach(value -> values.add(value.asDouble()));
    return values;
  }

  /// Returns how many rows may be malformed.
  long maxBadRows() {
    return "skip".equals(text("onBadRow")) ? (long) number("maxBadRows", 1_000) : 0;
  }
}
