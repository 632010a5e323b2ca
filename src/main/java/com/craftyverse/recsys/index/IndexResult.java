package com.craftyverse.recsys.index;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// A split that can be trained on.
///
/// @param manifest the key of the index's manifest, for `train`
/// @param cached whether it had been indexed before
/// @param quality the key of the quality report
/// @param figures sizes
public record IndexResult(
    String manifest, boolean cached, String quality, @JsonUnwrapped IndexFigures figures) {}
