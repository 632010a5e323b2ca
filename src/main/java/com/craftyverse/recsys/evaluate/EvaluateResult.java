package com.craftyverse.recsys.evaluate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The result of the evaluate step.
///
/// @param manifest the key of the evaluation, which is also its manifest
/// @param cached whether the evaluation already existed
/// @param report the key of the report, a page for people
/// @param figures the model's figures; in JSON, their fields are fields of this object
public record EvaluateResult(
    String manifest, boolean cached, String report, @JsonUnwrapped EvaluateFigures figures) {}
