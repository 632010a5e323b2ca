package com.craftyverse.recsys.lambda;

import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// The correlation id of an upload, which appears in the log lines of every function that processes it.
/// It is the id that S3 gave the request that wrote the object. S3's notification and EventBridge's event
/// carry it, and the state machine passes it to each step.
final class CorrelationId {
  private CorrelationId() {}

  /// Returns the id in an event or a request.
  static Optional<String> of(JsonNode event) {
    return text(event.path(Request.CORRELATION_ID))
        .or(() -> text(event.path("detail").path("request-id")))
        .or(
            () ->
                text(
                    event
                        .path("Records")
                        .path(0)
                        .path("responseElements")
                        .path("x-amz-request-id")));
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.asText().isEmpty()
        ? Optional.of(node.asText())
        : Optional.empty();
  }
}
