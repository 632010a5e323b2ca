package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
/// @param columns the names of the ratings file's columns, `1`, `2` and so on without a header; detected by default
/// @param delimiter the delimiter between its values, a blank for any run of blanks; detected by default
/// @param scale the rating scale; default 0.5 to 5.0 in MovieLens' layouts, else the range of the ratings and
///     the step that all of them keep
/// @param encoding the file's encoding, such as `windows-1252`; detected by default
/// @param header whether its first line names the columns; detected by default
/// @param ids the types of user and item ids: `int32`, `int64` or `utf8`; detected by default
/// @param time how times are written: `seconds`, `milliseconds`, `microseconds`, `nanoseconds` or `date`; detected
///     by default
/// @param decimal the decimal mark of ratings, a point or a comma; detected by default
/// @param missing ratings that mean that there is none, such as 0 or 99; their rows are left out
/// @param feedback what the rows are: `ratings`, or `choices` without a rating; detected by default
/// @param events the weights of kinds of events, such as `{"view": 1, "cart": 3, "buy": 5}`; 0 leaves such events out; by
///     default each event counts as one choice
/// @param entry the name of the ratings file in a zip, or the end of its path; detected by default
/// @param append whether the upload adds its rows to the dataset's last version; default false
/// @param dryRun whether to only read and report, without writing anything
/// @param nameOnly whether to return only the name of the dataset that the upload belongs to
/// @param uploads the uploads that an S3 event names; null for a plain request
@RecordBuilder
public record IngestRequest(
    @Nullable String key,
    @Nullable String onBadRow,
    @Nullable Long maxBadRows,
    @Nullable RatingsColumns columns,
    @Nullable String delimiter,
    @Nullable RatingScale scale,
    @Nullable String encoding,
    @Nullable Boolean header,
    @Nullable IdTypes ids,
    @Nullable String time,
    @Nullable String decimal,
    @Nullable List<Double> missing,
    @Nullable Feedback feedback,
    @Nullable Map<String, Double> events,
    @Nullable String entry,
    @Nullable Boolean append,
    @Nullable Boolean dryRun,
    @Nullable Boolean nameOnly,
    @Nullable List<UploadEvent> uploads)
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
      @Nullable String delimiter,
      @Nullable RatingScale scale,
      @Nullable String encoding,
      @Nullable Boolean header,
      @Nullable IdTypes ids,
      @Limits(oneOf = {"seconds", "milliseconds", "microseconds", "nanoseconds", "date"})
          @Nullable String time,
      @Limits(oneOf = {".", ","}) @Nullable String decimal,
      @Nullable List<Double> missing,
      @Nullable Feedback feedback,
      @Nullable Map<String, Double> events,
      @Nullable String entry,
      @Limits(byDefault = "false") @Nullable Boolean append,
      @Limits(byDefault = "false") @Nullable Boolean dryRun,
      @Limits(byDefault = "false") @Nullable Boolean nameOnly)
      implements Request {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static IngestRequest of(JsonNode json) throws IOException {
    Optional<List<UploadEvent>> events = UploadEvent.parse(json);
    if (events.isPresent()) {
      return IngestRequestBuilder.builder().uploads(events.get()).build();
    }
    Fields fields = RequestJson.decode(json, Fields.class);
    return IngestRequestBuilder.builder()
        .key(fields.key)
        .onBadRow(fields.onBadRow)
        .maxBadRows(fields.maxBadRows)
        .columns(fields.columns)
        .delimiter(fields.delimiter)
        .scale(fields.scale)
        .encoding(fields.encoding)
        .header(fields.header)
        .ids(fields.ids)
        .time(fields.time)
        .decimal(fields.decimal)
        .missing(fields.missing)
        .feedback(fields.feedback)
        .events(fields.events)
        .entry(fields.entry)
        .append(fields.append)
        .dryRun(fields.dryRun)
        .nameOnly(fields.nameOnly)
        .build();
  }
}
