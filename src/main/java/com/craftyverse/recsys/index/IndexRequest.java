package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// Asks for a split to be indexed.
///
/// @param manifest the manifest of `split`
/// @param seed shuffles each user's ratings within a block, once; 42 if not given
/// @param coldStart what becomes of test ratings whose user or item is not in training: `drop`, which is
///     the default, or `keep`, with the index -1, so that `evaluate` counts what the model can say of them
/// @param rows which sets of the split the model learns from: `train`, which is the default,
///     `trainAndValidation`, except in a split by time, or `all`. A set that it learns from is written
///     without rows as test or validation set
@RecordBuilder
public record IndexRequest(
    @Nullable String manifest,
    @Nullable Long seed,
    @Nullable String coldStart,
    @Nullable String rows)
    implements Request {
  /// Returns a request with the defaults.
  public static IndexRequest of(String manifest) {
    return IndexRequestBuilder.builder().manifest(manifest).build();
  }

  /// Returns a request with the defaults for a model that learns from some sets of the split.
  public static IndexRequest of(String manifest, Rows rows) {
    return IndexRequestBuilder.builder().manifest(manifest).rows(rows.toString()).build();
  }
}
