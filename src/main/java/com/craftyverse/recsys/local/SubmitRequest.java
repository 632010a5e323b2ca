package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.ingest.RatingsColumns;
import com.craftyverse.recsys.ingest.UploadSettings;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request to train a model on an upload.
///
/// @param key `incoming/FILE`, which moves to `raw/DATASET/FILE`, or an upload below `raw/`, which runs again
/// @param sample whether to take the sample that comes with the project instead
/// @param dataset the dataset's name; by default it is derived from the file's
/// @param onBadRow the treatment of malformed rows: `fail`, the default, or `skip`
/// @param maxBadRows with `skip`, the number of rows of a file that may be skipped before it fails; default 1,000
/// @param columns the column names of a ratings file that is not MovieLens'
/// @param delimiter the delimiter between its values; default comma
/// @param scale the rating scale; see `ingest`
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
    @Limits(byDefault = "\",\"") @Nullable String delimiter,
    @Nullable RatingScale scale)
    implements Request {

  /// Returns the fields that say how to read the upload.
  UploadSettings settings() {
    return new UploadSettings(onBadRow, maxBadRows, columns, delimiter, scale);
  }
}
