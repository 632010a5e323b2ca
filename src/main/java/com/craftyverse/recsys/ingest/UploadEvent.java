package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An S3 event for one object, as sent by an S3 notification or through EventBridge.
///
/// Events arrive at least once and in any order, so nothing may depend on how many there are. An event only
/// says where to look, and its ETag says which content it refers to.
///
/// @param bucket the bucket's name
/// @param key the object's key
/// @param etag the ETag of the written content, or null if the event has none
/// @param sequencer orders the events of one key, as text
/// @param created whether the object was written; false for other events, such as a deletion
public record UploadEvent(
    String bucket, String key, @Nullable String etag, String sequencer, boolean created) {

  /// Parses the objects of an event. Returns empty if `json` is a plain request, and an empty list for S3's
  /// test event. Of several records of one key, keeps the latest.
  static Optional<List<UploadEvent>> parse(JsonNode json) {
    if (json.path("Records").isArray()) {
      List<UploadEvent> events = new ArrayList<>();
      json.path("Records").forEach(record -> events.add(ofNotification(record)));
      return Optional.of(latest(events));
    }
    if (json.path("Event").asText().equals("s3:TestEvent")) {
      return Optional.of(List.of());
    }
    if (json.has("detail-type") && json.path("detail").isObject()) {
      return Optional.of(List.of(ofEventBridge(json)));
    }
    return Optional.empty();
  }

  /// Keys in notifications are form-encoded: `a+b%2Fc` is `a b/c`.
  private static UploadEvent ofNotification(JsonNode record) {
    JsonNode object = record.path("s3").path("object");
    return new UploadEvent(
        record.path("s3").path("bucket").path("name").asText(),
        decoded(object.path("key").asText()),
        text(object.path("eTag")),
        object.path("sequencer").asText(),
        record.path("eventName").asText().startsWith("ObjectCreated"));
  }

  /// Keys in EventBridge events are not encoded.
  private static UploadEvent ofEventBridge(JsonNode event) {
    JsonNode object = event.path("detail").path("object");
    return new UploadEvent(
        event.path("detail").path("bucket").path("name").asText(),
        object.path("key").asText(),
        text(object.path("etag")),
        object.path("sequencer").asText(),
        event.path("detail-type").asText().equals("Object Created"));
  }

  private static String decoded(String key) {
    try {
      return URLDecoder.decode(key, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return key; // not encoded
    }
  }

  private static @Nullable String text(JsonNode node) {
    return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
  }

  /// Keeps the latest event of each object. S3 orders the sequencers of one key as hexadecimal numbers, with
  /// the shorter one padded on the right.
  private static List<UploadEvent> latest(List<UploadEvent> events) {
    int longest = events.stream().mapToInt(event -> event.sequencer.length()).max().orElse(0);
    Comparator<UploadEvent> byTime =
        Comparator.comparing(
            event -> event.sequencer + "0".repeat(longest - event.sequencer.length()));
    Map<String, UploadEvent> byObject = new LinkedHashMap<>();
    for (UploadEvent event : events) {
      byObject.merge(
          event.bucket + "/" + event.key, event, (a, b) -> byTime.compare(a, b) <= 0 ? b : a);
    }
    return List.copyOf(byObject.values());
  }
}
