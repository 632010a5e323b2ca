package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.ingest.IdTypes;
import com.craftyverse.recsys.ingest.RatingsColumns;
import com.craftyverse.recsys.ingest.UploadSettings;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request to train a model on an upload.
///
/// @param key `incoming/FILE`, which moves to `raw/DATASET/FILE`, or an upload below `raw/`, which runs again
/// @param sample whether to take the sample that comes with the project instead
/// @param dataset the dataset's name; by default it is derived from the file's
/// @param onBadRow the treatment of malformed rows: `fail`, the default, or `skip`
/// @param maxBadRows with `skip`, the number of rows of a file that may be skipped before it fails; default 1,000
/// @param columns the names of the ratings file's columns; this and the following fields are those of `ingest`
/// @param delimiter the delimiter between its values
/// @param scale the rating scale
/// @param encoding the file's encoding
/// @param header whether its first line names the columns
/// @param ids the types of user and item ids
/// @param time how times are written
/// @param decimal the decimal mark of ratings
/// @param missing ratings that mean that there is none
/// @param feedback what the rows are: `ratings` or `choices`
/// @param events the weights of kinds of events
/// @param entry the ratings file's name in a zip
/// @param append whether the upload adds its rows to the dataset's last version
public record SubmitRequest(
    @Nullable String key,
    @Limits(byDefault = "false") @Nullable Boolean sample,
    @Nullable String dataset,
    @Limits(
            oneOf = {"fail", "skip"},
            byDefault = "\"fail\"")
        @Nullable String onBadRow,
    @Limits(min = 1) @Nullable Long maxBadRows,
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
    @Limits(byDefault = "false") @Nullable Boolean append)
    implements Request {

  /// Returns the fields that say how to read the upload.
  UploadSettings settings() {
    return new UploadSettings(
        onBadRow,
        maxBadRows,
        columns,
        delimiter,
        scale,
        encoding,
        header,
        ids,
        time,
        decimal,
        missing,
        feedback,
        events,
        entry,
        append,
        null,
        null,
        null,
        null,
        null);
  }
}
