package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Objects;

/// What shapes a dataset beside the upload.
///
/// @param maxBadRows how many rows of each file may be skipped, 0 for none
/// @param format what the file of ratings looks like
record IngestParameters(long maxBadRows, RatingsFormat format) {
  private static final long DEFAULT_MAX_BAD_ROWS = 1_000;

  /// @throws RequestException when a field of the request is out of its range
  static IngestParameters of(IngestRequest request) {
    String onBadRow = Objects.requireNonNullElse(request.onBadRow(), "fail");
    long most = Objects.requireNonNullElse(request.maxBadRows(), DEFAULT_MAX_BAD_ROWS);
    if (!onBadRow.equals("fail") && !onBadRow.equals("skip")) {
      throw RequestException.invalid(
          "field 'onBadRow': expected fail or skip, found " + ObjectKeys.quote(onBadRow));
    }
    if (most < 1) {
      throw RequestException.invalid("field 'maxBadRows': expected 1 or more, found " + most);
    }
    return new IngestParameters(
        onBadRow.equals("skip") ? most : 0,
        RatingsFormat.of(request.columns(), request.delimiter(), request.scale()));
  }
}
