package com.craftyverse.recsys.index;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The result of indexing a split.
///
/// @param manifest the key of the index's manifest, for `train`
/// @param cached whether the split had been indexed before
/// @param quality the key of the quality report
/// @param figures the sizes of the index
public record IndexResult(
    String manifest, boolean cached, String quality, @JsonUnwrapped IndexFigures figures) {}
