package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for a dataset to be split by time.
///
/// @param manifest the manifest of `ingest`
/// @param trainRatio the share of the ratings, from the earliest on, to train on; 0.75 if not given
/// @param testRatio the share after it to test on; 0.15 if not given. What remains is validation
public record SplitRequest(
    @Nullable String manifest, @Nullable Double trainRatio, @Nullable Double testRatio)
    implements Request {

  /// A request with the default ratios.
  public SplitRequest(String manifest) {
    this(manifest, null, null);
  }
}
