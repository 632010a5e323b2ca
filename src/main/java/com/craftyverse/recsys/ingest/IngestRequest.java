package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for an upload to be ingested.
///
/// @param key the upload: `raw/FILE` or `raw/DATASET/FILE`
/// @param onBadRow what becomes of a row that is not as it should be: `fail`, which is the default, or
///     `skip`
/// @param maxBadRows how many rows are skipped before it fails all the same; 1,000 if not given
public record IngestRequest(
    @Nullable String key, @Nullable String onBadRow, @Nullable Long maxBadRows) implements Request {
  /// A request that no bad row is good enough for.
  public IngestRequest(@Nullable String key) {
    this(key, null, null);
  }
}
