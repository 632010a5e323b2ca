package com.craftyverse.recsys.train;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// The answer of the train step.
///
/// @param manifest the key of the model's manifest
/// @param cached whether the model had been trained before
/// @param figures what the run came to; in JSON, fields of this very object
public record TrainResult(String manifest, boolean cached, @JsonUnwrapped TrainFigures figures) {}
