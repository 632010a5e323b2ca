package com.craftyverse.recsys.step;

import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// JSON as the project reads and writes it: strict in, stable and readable out.
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
          .addMixIn(Request.class, PlainRequest.class)
          .addHandler(new CorrelationId())
          .build();

  private Json() {}

  /// Takes the deserializer off [Request], so that it can use this mapper itself.
  @JsonDeserialize
  private interface PlainRequest {}

  /// Lets any request carry [Request#CORRELATION_ID], which is for the log and not for the function.
  private static final class CorrelationId extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        @Nullable JsonDeserializer<?> deserializer,
        Object beanOrClass,
        String name)
        throws IOException {
      Class<?> type = beanOrClass instanceof Class<?> c ? c : beanOrClass.getClass();
      if (!name.equals(Request.CORRELATION_ID) || !Request.class.isAssignableFrom(type)) {
        return false;
      }
      parser.skipChildren();
      return true;
    }
  }

  /// A request in JSON as the record that it is.
  ///
  /// @throws RequestException when it is not JSON, lacks a field, has an unknown one or one of the
  ///     wrong type; the message names the field
  public static <T> T decode(byte[] json, Class<T> type) throws IOException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      T value = decode(parser, type);
      if (parser.nextToken() != null) {
        throw RequestException.invalid("the request goes on after the end of its JSON object");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw RequestException.invalid(sentence(e));
    }
  }

  /// The same for a request that was read into a tree.
  public static <T> T decode(JsonNode json, Class<T> type) throws IOException {
    try (JsonParser parser = MAPPER.treeAsTokens(json)) {
      return decode(parser, type);
    }
  }

  static <T> T decode(JsonParser parser, Class<T> type) throws IOException {
    try {
      if (parser.currentToken() == null && parser.nextToken() == null) {
        throw RequestException.invalid("the request is empty; a JSON object was expected");
      }
      if (!parser.isExpectedStartObjectToken()) {
        throw RequestException.invalid(
            "the request must be a JSON object, found " + describe(parser));
      }
      return MAPPER
          .readerFor(type)
          .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readValue(parser);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof RequestException refused) {
        throw refused;
      }
      throw RequestException.invalid(sentence(e));
    }
  }

  /// A document of the store as the record that it is.
  ///
  /// @param key what errors call it
  /// @throws RequestException when it is not that document
  public static <T> T read(byte[] json, Class<T> type, String key) throws IOException {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw RequestException.unprocessable(key + " is empty");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw RequestException.unprocessable(key + " cannot be read: " + sentence(e));
    }
  }

  /// `value` as an indented JSON document, map keys in order, nulls left out.
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getName(), e);
    }
  }

  /// `value` on one line.
  static byte[] writeLine(Object value) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getName(), e);
    }
  }

  /// `value` as a tree of maps, lists and scalars.
  static Map<String, Object> toMap(Object value) {
    return MAPPER.convertValue(value, new TypeReference<Map<String, Object>>() {});
  }

  /// A tree of maps, lists and scalars as a record.
  static <T> T fromTree(Object tree, Class<T> type, String key) {
    try {
      return MAPPER.convertValue(tree, type);
    } catch (IllegalArgumentException e) {
      String reason =
          e.getCause() instanceof JsonProcessingException problem
              ? sentence(problem)
              : String.valueOf(e.getMessage());
      throw RequestException.unprocessable(key + " cannot be read: " + reason);
    }
  }

  private static String sentence(JsonProcessingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "unknown field "
              + field(unknown)
              + "; expected one of "
              + names(unknown.getKnownPropertyIds());
      case MismatchedInputException wrong ->
          "field " + field(wrong) + ": expected " + describe(wrong.getTargetType()) + found(wrong);
      case JsonMappingException other when other.getCause() instanceof RequestException refused ->
          String.valueOf(refused.getMessage());
      case JsonMappingException large
          when large.getCause() instanceof InputCoercionException overflow ->
          "field "
              + field(large)
              + ": expected a whole number from "
              + (overflow.getTargetType() == long.class
                  ? Long.MIN_VALUE + " to " + Long.MAX_VALUE
                  : Integer.MIN_VALUE + " to " + Integer.MAX_VALUE)
              + found(large);
      default -> {
        JsonLocation at = e.getLocation();
        String place =
            at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        yield "not valid JSON" + place + ": " + clean(e.getOriginalMessage());
      }
    };
  }

  private static String found(JsonMappingException e) {
    if (e.getProcessor() instanceof JsonParser parser) {
      try {
        return ", found " + (isUserId(e) ? kind(parser) : describe(parser));
      } catch (IOException unreadable) {
        return "";
      }
    }
    return "";
  }

  /// Whether it is about a user's id, which belongs neither in messages nor in logs.
  private static boolean isUserId(JsonMappingException e) {
    return !e.getPath().isEmpty() && "userId".equals(e.getPath().getLast().getFieldName());
  }

  private static String kind(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case null, default -> describe(parser);
    };
  }

  private static String describe(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
      case START_ARRAY, END_ARRAY -> "a list";
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "the text " + ObjectKeys.quote(parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + clean(parser.getText());
      case null, default -> "nothing";
    };
  }

  private static String describe(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
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
      return "a text";
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
