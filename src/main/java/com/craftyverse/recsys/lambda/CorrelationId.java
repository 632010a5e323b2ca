package com.craftyverse.recsys.lambda;

import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// What ties together the log lines of all functions that one upload went through: the id that S3 gave
/// the request which wrote the object. It comes with S3's notification and with EventBridge's event, and
/// the state machine hands it on to each step.
final class CorrelationId {
  private CorrelationId() {}

  /// The id that an event or a request has.
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
