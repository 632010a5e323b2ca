package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A strict decoder of JSON requests. Each error is one sentence that names the field at fault.
public final class RequestJson {
  private static final ObjectMapper MAPPER =
      Json.mapper().addMixIn(Request.class, PlainRequest.class).addHandler(new CorrelationId());

  private RequestJson() {}

  /// Removes the deserializer from [Request], so that this mapper does not call itself.
  @JsonDeserialize
  private interface PlainRequest {}

  /// Accepts [Request#CORRELATION_ID] in any request; only the log uses it.
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

  /// Decodes a request from JSON.
  ///
  /// @throws RequestException if it is not JSON, lacks a field, or has an unknown field or a wrong type; the
  ///     message names the field
  public static <T> T decode(byte[] json, Class<T> type) throws IOException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      T value = decode(parser, type);
      if (parser.nextToken() != null) {
        throw RequestException.invalid("the request continues after the end of its JSON object");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw RequestException.invalid(Json.errorMessage(e));
    }
  }

  /// Decodes a request from a JSON tree.
  ///
  /// @throws RequestException as in the other overload
  public static <T> T decode(JsonNode json, Class<T> type) throws IOException {
    try (JsonParser parser = MAPPER.treeAsTokens(json)) {
      return decode(parser, type);
    }
  }

  /// Decodes a request whose field `settings` has the values of fields that the request leaves out.
  private static <T> T decodeWithSettings(JsonParser parser, Class<T> type) throws IOException {
    ObjectNode request = MAPPER.readTree(parser);
    JsonNode settings = request.remove(StepRequest.SETTINGS);
    if (settings != null && !settings.isNull()) {
      if (!(settings instanceof ObjectNode fields)) {
        throw RequestException.invalid(
            "field 'settings': expected an object with fields of this request");
      }
      requireFields(fields, type);
      for (Map.Entry<String, JsonNode> field : fields.properties()) {
        if (!request.has(field.getKey())) {
          request.set(field.getKey(), field.getValue());
        }
      }
    }
    return read(request, type);
  }

  /// Checks that settings are fields of a request.
  ///
  /// @throws RequestException naming the field at fault
  public static <T> void requireFields(ObjectNode settings, Class<T> type) throws IOException {
    try {
      T _ = read(settings, type);
    } catch (RequestException e) {
      throw RequestException.invalid("field 'settings': " + e.getMessage());
    }
  }

  private static <T> T read(ObjectNode request, Class<T> type) throws IOException {
    try (JsonParser tokens = MAPPER.treeAsTokens(request)) {
      tokens.nextToken();
      // Within the parser's life, because the message says what it found.
      try {
        return read(tokens, type);
      } catch (JsonProcessingException e) {
        throw rejection(e);
      }
    }
  }

  private static <T> T read(JsonParser parser, Class<T> type) throws IOException {
    return MAPPER
        .readerFor(type)
        .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .readValue(parser);
  }

  static <T> T decode(JsonParser parser, Class<T> type) throws IOException {
    try {
      if (parser.currentToken() == null && parser.nextToken() == null) {
        throw RequestException.invalid("the request is empty; a JSON object was expected");
      }
      if (!parser.isExpectedStartObjectToken()) {
        throw RequestException.invalid(
            "the request must be a JSON object, found " + Json.describe(parser));
      }
      if (StepRequest.class.isAssignableFrom(type)) {
        return decodeWithSettings(parser, type);
      }
      return read(parser, type);
    } catch (JsonProcessingException e) {
      throw rejection(e);
    }
  }

  private static RequestException rejection(JsonProcessingException e) {
    return e.getCause() instanceof RequestException rejection
        ? rejection
        : RequestException.invalid(Json.errorMessage(e));
  }
}
