package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Objects;

/// The parameters of an ingest, which determine the dataset together with the upload.
///
/// @param maxBadRows the number of rows of each file that may be skipped
/// @param format the expected format of the ratings file
record IngestParameters(long maxBadRows, RatingsFormat format) {
  static final long DEFAULT_MAX_BAD_ROWS = 1_000;

  /// @throws RequestException if a field of the request is out of range
  static IngestParameters of(IngestRequest request) {
    String onBadRow = Objects.requireNonNullElse(request.onBadRow(), "fail");
    long limit = Objects.requireNonNullElse(request.maxBadRows(), DEFAULT_MAX_BAD_ROWS);
    if (!onBadRow.equals("fail") && !onBadRow.equals("skip")) {
      throw RequestException.invalid(
          "field 'onBadRow': expected fail or skip, found " + ObjectKeys.quote(onBadRow));
    }
    if (limit < 1) {
      throw RequestException.invalid("field 'maxBadRows': expected 1 or more, found " + limit);
    }
    return new IngestParameters(onBadRow.equals("skip") ? limit : 0, RatingsFormat.of(request));
  }
}
