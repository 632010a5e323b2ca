package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Requests in JSON, as users write them.
public final class TrainRequests {
  private TrainRequests() {}

  /// Returns a request with some fields.
  ///
  /// @param fields JSON with single quotes, such as `'factors': 4, 'epochs': 2`
  public static TrainRequest with(String manifest, String fields) throws IOException {
    String json = "{'manifest': '" + manifest + "', " + fields + "}";
    return RequestJson.decode(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), TrainRequest.class);
  }
}
