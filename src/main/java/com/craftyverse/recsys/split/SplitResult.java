package com.craftyverse.recsys.split;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The result of a split.
///
/// @param manifest the key of the split's manifest, for `index`
/// @param cached whether the dataset had been split before
/// @param figures the thresholds and numbers of rows
public record SplitResult(String manifest, boolean cached, @JsonUnwrapped SplitFigures figures) {}
