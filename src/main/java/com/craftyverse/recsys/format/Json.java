package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads and writes the JSON documents of the store. Reading is strict; output is stable and readable.
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private Json() {}

  /// Returns a mapper with the project's strict settings, for callers that add their own rules.
  public static ObjectMapper mapper() {
    return MAPPER.copy();
  }

  /// Reads a document of the store as a record.
  ///
  /// @param key the document's name in errors
  /// @throws MalformedFileException if the document is not JSON, lacks a field, or has an unknown field or a
  ///     wrong type
  public static <T> T read(byte[] json, Class<T> type, String key) throws IOException {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new MalformedFileException(key, "expected a JSON object, found null");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new MalformedFileException(key, errorMessage(e));
    }
  }

  /// Writes `value` as an indented JSON document, with map keys in order and without nulls.
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getName(), e);
    }
  }

  /// Writes `value` as JSON on one line.
  public static byte[] writeLine(Object value) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getName(), e);
    }
  }

  /// Converts `value` into a tree of maps, lists and scalars.
  public static Map<String, Object> toMap(Object value) {
    return MAPPER.convertValue(value, new TypeReference<Map<String, Object>>() {});
  }

  /// Converts a tree of maps, lists and scalars into a record.
  ///
  /// @param key the tree's name in errors
  /// @throws MalformedFileException if the tree's fields do not match the record
  public static <T> T fromTree(Object tree, Class<T> type, String key)
      throws MalformedFileException {
    try {
      return MAPPER.convertValue(tree, type);
    } catch (IllegalArgumentException e) {
      String reason =
          e.getCause() instanceof JsonProcessingException problem
              ? errorMessage(problem)
              : String.valueOf(e.getMessage());
      throw new MalformedFileException(key, reason);
    }
  }

  /// Describes in one sentence what is wrong with a document: the field, what was expected and what was
  /// found. If a record's constructor rejects a value, its message is used as is. The value of a `userId` is
  /// left out, because messages are logged.
  public static String errorMessage(JsonProcessingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "unknown field "
              + field(unknown)
              + "; expected one of "
              + names(unknown.getKnownPropertyIds());
      case MismatchedInputException wrong ->
          "field "
              + field(wrong)
              + ": expected "
              + describe(wrong.getTargetType())
              + foundValue(wrong);
      case ValueInstantiationException rejected when rejected.getCause() != null ->
          String.valueOf(rejected.getCause().getMessage());
      case JsonMappingException tooLarge
          when tooLarge.getCause() instanceof InputCoercionException overflow ->
          "field "
              + field(tooLarge)
              + ": expected a whole number from "
              + (overflow.getTargetType() == long.class
                  ? Long.MIN_VALUE + " to " + Long.MAX_VALUE
                  : Integer.MIN_VALUE + " to " + Integer.MAX_VALUE)
              + foundValue(tooLarge);
      default -> {
        JsonLocation at = e.getLocation();
        String location =
            at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        yield "not valid JSON" + location + ": " + clean(e.getOriginalMessage());
      }
    };
  }

  private static String foundValue(JsonMappingException e) {
    if (e.getProcessor() instanceof JsonParser parser) {
      try {
        return ", found " + (isUserId(e) ? kind(parser) : describe(parser));
      } catch (IOException unreadable) {
        return "";
      }
    }
    return "";
  }

  /// Returns whether the error is about a user id; user ids must not appear in messages, because messages are
  /// logged.
  private static boolean isUserId(JsonMappingException e) {
    return !e.getPath().isEmpty() && "userId".equals(e.getPath().getLast().getFieldName());
  }

  private static String kind(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case null, default -> describe(parser);
    };
  }

  /// Describes the parser's current value.
  public static String describe(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
      case START_ARRAY, END_ARRAY -> "a list";
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "the string " + ObjectKeys.quote(parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + clean(parser.getText());
      case null, default -> "nothing";
    };
  }

  private static String describe(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
    }
    if (type == Id.class) {
      return "a whole number of 64 bits or a string of 1 to " + Id.MAX_BYTES + " bytes";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number";
    }
    if (Number.class.isAssignableFrom(type) || (type.isPrimitive() && type != boolean.class)) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (CharSequence.class.isAssignableFrom(type)) {
      return "a string";
    }
    if (Collection.class.isAssignableFrom(type) || type.isArray()) {
      return "a list";
    }
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    return "an object";
  }

  private static String field(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      } else {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return ObjectKeys.quote(path.toString());
  }

  private static String names(@Nullable Collection<Object> names) {
    return names == null
        ? "none"
        : names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String clean(String text) {
    String quoted = ObjectKeys.quote(text);
    return quoted.substring(1, quoted.length() - 1);
  }
}
