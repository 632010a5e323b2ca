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
import java.io.IOException;
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

  static <T> T decode(JsonParser parser, Class<T> type) throws IOException {
    try {
      if (parser.currentToken() == null && parser.nextToken() == null) {
        throw RequestException.invalid("the request is empty; a JSON object was expected");
      }
      if (!parser.isExpectedStartObjectToken()) {
        throw RequestException.invalid(
            "the request must be a JSON object, found " + Json.describe(parser));
      }
      return MAPPER
          .readerFor(type)
          .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readValue(parser);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof RequestException rejection) {
        throw rejection;
      }
      throw RequestException.invalid(Json.errorMessage(e));
    }
  }
}
