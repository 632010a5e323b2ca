package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Requests for quick training runs: 8 factors, 6 epochs, 2 threads, and no ranking model.
final class SmallRequest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SmallRequest() {}

  /// Returns a builder, of which a test changes what it is about.
  static TrainRequestBuilder of(@Nullable String manifest) {
    return TrainRequestBuilder.builder()
        .manifest(manifest)
        .factors(8)
        .epochs(6)
        .threads(2)
        .ranking(false);
  }

  /// Returns a request with one field more, as a caller would write it.
  ///
  /// @param value the field's value in JSON, or text without quotes
  static TrainRequest with(TrainRequestBuilder request, String field, String value)
      throws IOException {
    ObjectNode json = (ObjectNode) MAPPER.readTree(Json.write(request.build()));
    JsonNode number = value.matches("-?[0-9].*") ? MAPPER.readTree(value) : null;
    json.set(field, number == null ? json.textNode(value) : number);
    return RequestJson.decode(MAPPER.writeValueAsBytes(json), TrainRequest.class);
  }
}
