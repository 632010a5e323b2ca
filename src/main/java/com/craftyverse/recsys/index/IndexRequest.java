package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.step.Request;
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
public record IndexRequest(
    @Nullable String manifest,
    @Nullable Long seed,
    @Nullable String coldStart,
    @Nullable String rows)
    implements Request {
  /// A request with the default seed.
  public IndexRequest(String manifest) {
    this(manifest, null, null, null);
  }

  /// A request with that seed.
  public IndexRequest(String manifest, @Nullable Long seed) {
    this(manifest, seed, null, null);
  }

  /// A request with the default seed for those rows.
  public static IndexRequest of(String manifest, Rows rows) {
    return new IndexRequest(manifest, null, null, rows.toString());
  }
}
