package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/// The content of `raw/{dataset}/settings.json`, as far as this job takes it.
///
/// @param json the document; an empty object without one
record Settings(JsonNode json) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
  private static final List<String> IDS = List.of("user", "item");
  private static final List<String> SCALE = List.of("min", "max", "step");
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
    Settings settings = new Settings(json == null ? JSON.createObjectNode() : read(json));
    settings.requireFields();
    settings.requireTypes();
    settings.require("encoding", List.of("UTF-8", "utf-8"));
    settings.require("feedback", List.of("ratings"));
    settings.require("onBadRow", List.of("fail", "skip"));
    settings.require("decimal", List.of(".", ","));
    return settings;
  }

  private static JsonNode read(byte[] json) throws IOException {
    JsonNode document;
    try {
      document = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new RefusedException(
          "settings.json, line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": expected JSON, found: "
              + e.getOriginalMessage().replaceAll("\\s+", " "));
    }
    if (!document.isObject()) {
      throw new RefusedException(
          "settings.json: expected an object of settings, found "
              + (document.isMissingNode() ? "an empty file" : document));
    }
    return document;
  }

  private void requireFields() {
    require("an object", JsonNode::isObject, "columns", "ids", "scale", "split", "train");
    require("an object", JsonNode::isObject, "evaluate");
    requireOnly(json, "", FIELDS);
    requireOnly(json.path("columns"), "columns.", COLUMNS);
    requireOnly(json.path("ids"), "ids.", IDS);
    requireOnly(json.path("scale"), "scale.", SCALE);
    requireOnly(json.path("split"), "split.", SPLIT);
    requireOnly(json.path("train"), "train.", TRAIN);
  }

  private void requireTypes() {
    require(
        "the name of a column",
        JsonNode::isValueNode,
        "columns.user",
        "columns.item",
        "columns.rating",
        "columns.timestamp");
    require("a text", JsonNode::isTextual, "encoding", "feedback", "onBadRow", "decimal", "time");
    require("a text", JsonNode::isTextual, "ids.user", "ids.item", "split.kind", "split.by");
    require(
        "a text that separates values",
        value -> value.isTextual() && !value.asText().isEmpty(),
        "delimiter");
    require("true or false", JsonNode::isBoolean, "header");
    require("a list of numbers", Settings::isListOfNumbers, "missing");
    whole("maxBadRows", 1, 1, Integer.MAX_VALUE);
  }

  private static boolean isListOfNumbers(JsonNode list) {
    boolean numbers = list.isArray();
    for (JsonNode value : list) {
      numbers &= value.isNumber();
    }
    return numbers;
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

  private void require(String expected, Predicate<JsonNode> valid, String... fields) {
    for (String field : fields) {
      JsonNode node = node(field);
      if (!node.isMissingNode() && !node.isNull() && !valid.test(node)) {
        throw unexpected(field, expected);
      }
    }
  }

  private RefusedException unexpected(String field, String expected) {
    return new RefusedException(
        "settings.json: field '" + field + "': expected " + expected + ", found " + node(field));
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
      throw unexpected(field, "a number");
    }
    return node.asDouble();
  }

  /// Returns the whole number of a field, or another one without it.
  ///
  /// @throws RefusedException if the value is no whole number, or lies outside `min` to `max`
  long whole(String field, long byDefault, long min, long max) {
    JsonNode node = node(field);
    if (node.isMissingNode() || node.isNull()) {
      return byDefault;
    }
    boolean isWhole = node.isIntegralNumber() && node.canConvertToLong();
    if (!isWhole || node.asLong() < min || node.asLong() > max) {
      throw unexpected(field, "a whole number from " + min + " to " + max);
    }
    return node.asLong();
  }

  /// Returns the positive number of a field, or another one without it.
  ///
  /// @throws RefusedException if it is not above 0 or above `max`
  double positive(String field, double byDefault, int max) {
    double value = number(field, byDefault);
    if (node(field).isNumber() && !(value > 0 && value <= max)) {
      throw unexpected(field, "a number above 0, at most " + max);
    }
    return value;
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
  List<Float> missing() {
    List<Float> values = new ArrayList<>();
    node("missing").forEach(value -> values.add(value.floatValue()));
    return values;
  }

  /// Returns how many rows may be malformed.
  long maxBadRows() {
    return "skip".equals(text("onBadRow")) ? whole("maxBadRows", 1_000, 1, Integer.MAX_VALUE) : 0;
  }
}
