package com.craftyverse.recsys.evaluate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The answer of the evaluate step.
///
/// @param manifest the key of the evaluation, which is a manifest
/// @param cached whether the model had been evaluated before
/// @param figures the model's errors; in JSON, fields of this very object
public record EvaluateResult(
    String manifest, boolean cached, @JsonUnwrapped EvaluateFigures figures) {}
