package com.craftyverse.recsys.index;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.StepRequest;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// A request to index a split.
///
/// @param manifest the manifest of `split`
/// @param seed the seed that shuffles each user's ratings within a block, once; default 42
/// @param coldStart the treatment of test ratings whose user or item is not in training: `drop` (default), or
///     `keep`, which gives the index -1 so that `evaluate` can count what the model can still predict
/// @param rows the sets of the split that the model learns from: `train` (default), `trainAndValidation` (not
///     for a split by time) or `all`. A test or validation set that it learns from is written without rows
@RecordBuilder
public record IndexRequest(
    @Limits(required = true) @Nullable String manifest,
    @Limits(byDefault = "" + Index.DEFAULT_SEED) @Nullable Long seed,
    @Limits(
            oneOf = {EvaluationSetIndexer.DROP, EvaluationSetIndexer.KEEP},
            byDefault = "\"" + EvaluationSetIndexer.DROP + "\"")
        @Nullable String coldStart,
    @Limits(
            oneOf = {"train", "trainAndValidation", "all"},
            byDefault = "\"train\"")
        @Nullable String rows)
    implements StepRequest {
  /// Returns a request with the defaults.
  public static IndexRequest of(String manifest) {
    return IndexRequestBuilder.builder().manifest(manifest).build();
  }

  /// Returns a request with the defaults for a model that learns from some sets of the split.
  public static IndexRequest of(String manifest, Rows rows) {
    return IndexRequestBuilder.builder().manifest(manifest).rows(rows.toString()).build();
  }
}
