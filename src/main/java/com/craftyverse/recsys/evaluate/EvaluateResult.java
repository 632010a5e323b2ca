package com.craftyverse.recsys.evaluate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The result of the evaluate step.
///
/// @param manifest the key of the evaluation, which is also its manifest
/// @param cached whether the evaluation already existed
/// @param figures the model's figures; in JSON, their fields are fields of this object
public record EvaluateResult(
    String manifest, boolean cached, @JsonUnwrapped EvaluateFigures figures) {}
