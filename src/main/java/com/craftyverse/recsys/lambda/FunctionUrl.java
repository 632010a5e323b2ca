package com.craftyverse.recsys.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// The envelope of a function URL's requests and responses (payload format 2.0).
final class FunctionUrl {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// Stands for an empty body, which Funqy's reader rejects.
  private static final byte[] NOTHING = "null".getBytes(StandardCharsets.US_ASCII);

  private FunctionUrl() {}

  /// Unwraps a function URL's request for `serve`. If the path names a function, the body is that
  /// function's request. Returns empty for any other event.
  static Optional<byte[]> request(JsonNode envelope) throws IOException {
    if (!envelope.path("requestContext").has("http")) {
      return Optional.empty();
    }
    byte[] body = body(envelope);
    String function = envelope.path("rawPath").asText().replaceFirst("^/", "");
    if (function.isEmpty()) {
      return Optional.of(body.length == 0 ? NOTHING : body);
    }
    JsonNode request;
    try {
      request = body.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      return Optional.of(body); // the next reader reports the error
    }
    return Optional.of(MAPPER.writeValueAsBytes(MAPPER.createObjectNode().set(function, request)));
  }

  private static byte[] body(JsonNode envelope) {
    String body = envelope.path("body").asText();
    if (envelope.path("isBase64Encoded").asBoolean()) {
      try {
        return Base64.getDecoder().decode(body);
      } catch (IllegalArgumentException e) {
        // not JSON either; the next reader reports it
      }
    }
    return body.getBytes(StandardCharsets.UTF_8);
  }

  /// Wraps an answer in an envelope.
  static byte[] answer(int status, byte[] json) throws IOException {
    ObjectNode envelope = MAPPER.createObjectNode().put("statusCode", status);
    envelope.putObject("headers").put("content-type", "application/json");
    envelope.put("body", new String(json, StandardCharsets.UTF_8));
    return MAPPER.writeValueAsBytes(envelope);
  }

  /// Returns an error with its status in the body, for callers without an envelope.
  static byte[] error(int status, String sentence) throws IOException {
    return MAPPER.writeValueAsBytes(
        MAPPER.createObjectNode().put("status", status).put("error", sentence));
  }

  /// Returns the body of an error.
  static byte[] error(String sentence) throws IOException {
    return MAPPER.writeValueAsBytes(MAPPER.createObjectNode().put("error", sentence));
  }
}
