package com.craftyverse.recsys.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// The envelope in which a function URL hands a request over and takes its answer (payload format 2.0).
final class FunctionUrl {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// What functions read for an empty body, which the reader before them does not take.
  private static final byte[] NOTHING = "null".getBytes(StandardCharsets.US_ASCII);

  private FunctionUrl() {}

  /// The request's body if the event is a function URL's.
  static Optional<byte[]> body(JsonNode envelope) {
    if (!envelope.path("requestContext").has("http")) {
      return Optional.empty();
    }
    String body = envelope.path("body").asText();
    if (!envelope.path("isBase64Encoded").asBoolean()) {
      return Optional.of(body.isEmpty() ? NOTHING : body.getBytes(StandardCharsets.UTF_8));
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(body);
      return Optional.of(decoded.length == 0 ? NOTHING : decoded);
    } catch (IllegalArgumentException e) {
      return Optional.of(body.getBytes(StandardCharsets.UTF_8)); // no JSON either
    }
  }

  /// An answer in its envelope.
  static byte[] answer(int status, byte[] json) throws IOException {
    ObjectNode envelope = MAPPER.createObjectNode().put("statusCode", status);
    envelope.putObject("headers").put("content-type", "application/json");
    envelope.put("body", new String(json, StandardCharsets.UTF_8));
    return MAPPER.writeValueAsBytes(envelope);
  }

  /// An error's body.
  static byte[] error(String sentence) throws IOException {
    return MAPPER.writeValueAsBytes(MAPPER.createObjectNode().put("error", sentence));
  }
}
