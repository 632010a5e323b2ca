package com.craftyverse.recsys.train;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/// The answer of the train step.
///
/// @param manifest the key of the model's manifest; nothing when the run is not done
/// @param cached whether the model had been trained before
/// @param resumable whether the time was up before the run was done: the same request goes on with it
/// @param figures what the run came to, so far; in JSON, fields of this very object
public record TrainResult(
    @Nullable String manifest,
    boolean cached,
    boolean resumable,
    @JsonUnwrapped TrainFigures figures) {

  /// The key of the model's manifest.
  ///
  /// @throws IllegalStateException when the run is not done
  public String model() {
    if (manifest == null) {
      throw new IllegalStateException("the run is not done: " + figures.ending());
    }
    return manifest;
  }
}
