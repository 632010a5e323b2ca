package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks for an upload to be ingested: a plain request that names its key, S3's own notification, or
/// EventBridge's "Object Created".
///
/// @param key the upload of a plain request: `raw/FILE` or `raw/DATASET/FILE`
/// @param onBadRow what becomes of a row that is not as it should be: `fail`, which is the default, or
///     `skip`
/// @param maxBadRows how many rows of a file are skipped before it fails all the same; 1,000 if not given
/// @param columns the names of the columns of a ratings file that is not MovieLens'
/// @param delimiter what is between its values; a comma if not given
/// @param scale the ratings that it may have; if not given, 0.5 to 5.0 in MovieLens' layouts, and the range of
///     the ratings where columns are named
/// @param dryRun whether to read and report only, and write nothing
/// @param nameOnly whether to answer no more than the name of the dataset that the upload belongs to
/// @param events what an S3 event is about; null for a plain request
@RecordBuilder
public record IngestRequest(
    @Nullable String key,
    @Nullable String onBadRow,
    @Nullable Long maxBadRows,
    @Nullable RatingsColumns columns,
    @Nullable String delimiter,
    @Nullable RatingScale scale,
    @Nullable Boolean dryRun,
    @Nullable Boolean nameOnly,
    @Nullable List<UploadEvent> events)
    implements Request {

  /// Returns a plain request with the defaults.
  public static IngestRequest of(String key) {
    return IngestRequestBuilder.builder().key(key).build();
  }

  /// The fields of a plain request. Those of an event are AWS's and may be more than we know.
  private record Fields(
      @Nullable String key,
      @Nullable String onBadRow,
      @Nullable Long maxBadRows,
      @Nullable RatingsColumns columns,
      @Nullable String delimiter,
      @Nullable RatingScale scale,
      @Nullable Boolean dryRun,
      @Nullable Boolean nameOnly)
      implements Request {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static IngestRequest of(JsonNode json) throws IOException {
    Optional<List<UploadEvent>> events = UploadEvent.parse(json);
    if (events.isPresent()) {
      return IngestRequestBuilder.builder().events(events.get()).build();
    }
    Fields fields = RequestJson.decode(json, Fields.class);
    return IngestRequestBuilder.builder()
        .key(fields.key)
        .onBadRow(fields.onBadRow)
        .maxBadRows(fields.maxBadRows)
        .columns(fields.columns)
        .delimiter(fields.delimiter)
        .scale(fields.scale)
        .dryRun(fields.dryRun)
        .nameOnly(fields.nameOnly)
        .build();
  }
}
