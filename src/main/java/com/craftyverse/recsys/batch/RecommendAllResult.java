package com.craftyverse.recsys.batch;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/// The result of `recommendAll`.
///
/// @param manifest the key of the batch's manifest, which lists the parts beside it; null while the
///     batch is unfinished
/// @param cached whether the batch already existed
/// @param resumable whether the time limit interrupted the batch; the same request continues it
/// @param figures the figures of the batch so far; in JSON, fields of this same object
public record RecommendAllResult(
    @Nullable String manifest,
    boolean cached,
    boolean resumable,
    @JsonUnwrapped RecommendAllFigures figures) {}
