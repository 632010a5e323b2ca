package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks for an upload to be ingested: a plain request that names its key, S3's own notification, or
/// EventBridge's "Object Created".
///
/// @param key the upload of a plain request: `raw/FILE` or `raw/DATASET/FILE`
/// @param events what an S3 event is about; null for a plain request
public record IngestRequest(@Nullable String key, @Nullable List<UploadEvent> events)
    implements Request {

  /// A plain request.
  public IngestRequest(@Nullable String key) {
    this(key, null);
  }

  /// The fields of a plain request. Those of an event are AWS's and may be more than we know.
  private record Fields(@Nullable String key) implements Request {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static IngestRequest of(JsonNode json) throws IOException {
    Optional<List<UploadEvent>> events = UploadEvent.parse(json);
    return events.isPresent()
        ? new IngestRequest(null, events.get())
        : new IngestRequest(Json.decode(json, Fields.class).key);
  }
}
