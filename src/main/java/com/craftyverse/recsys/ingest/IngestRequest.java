package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request to ingest an upload: a plain request that names its key, an S3 notification, or EventBridge's
/// "Object Created".
///
/// What a plain request leaves out, and all that an event cannot say, comes from the `settings.json` of the upload's
/// directory if there is one; see [UploadSettings].
///
/// @param key the upload's key in a plain request: `raw/FILE` or `raw/DATASET/FILE`; for a dry run also
///     `incoming/FILE`
/// @param onBadRow the treatment of malformed rows: `fail`, the default, or `skip`
/// @param maxBadRows with `skip`, the number of rows of a file that may be skipped before it fails; default
///     1,000
/// @param columns the column names of a ratings file that is not MovieLens'
/// @param delimiter the delimiter between its values; default comma
/// @param scale the rating scale; default 0.5 to 5.0 in MovieLens' layouts, and the range of the ratings if
///     columns are named
/// @param dryRun whether to only read and report, without writing anything
/// @param nameOnly whether to return only the name of the dataset that the upload belongs to
/// @param events the contents of an S3 event; null for a plain request
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

  /// The fields of a plain request. Events have AWS's fields, some of which we may not know.
  private record Fields(
      @Limits(required = true) @Nullable String key,
      @Limits(
              oneOf = {"fail", "skip"},
              byDefault = "\"fail\"")
          @Nullable String onBadRow,
      @Limits(min = 1, byDefault = "" + IngestParameters.DEFAULT_MAX_BAD_ROWS)
          @Nullable Long maxBadRows,
      @Nullable RatingsColumns columns,
      @Limits(byDefault = "\",\"") @Nullable String delimiter,
      @Nullable RatingScale scale,
      @Limits(byDefault = "false") @Nullable Boolean dryRun,
      @Limits(byDefault = "false") @Nullable Boolean nameOnly)
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
