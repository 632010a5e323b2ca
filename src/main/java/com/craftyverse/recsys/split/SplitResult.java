package com.craftyverse.recsys.split;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// A dataset that is now three sets.
///
/// @param manifest the key of the split's manifest, for `index`
/// @param cached whether it had been split before
/// @param figures thresholds and rows
public record SplitResult(String manifest, boolean cached, @JsonUnwrapped SplitFigures figures) {}
