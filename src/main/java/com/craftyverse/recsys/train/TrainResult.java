package com.craftyverse.recsys.train;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/// The result of the train step.
///
/// @param manifest the key of the model's manifest; null while the run is unfinished
/// @param cached whether the model already existed
/// @param resumable whether the time limit interrupted the run; the same request continues it
/// @param figures the figures of the run so far; in JSON, fields of this same object
public record TrainResult(
    @Nullable String manifest,
    boolean cached,
    boolean resumable,
    @JsonUnwrapped TrainFigures figures) {

  /// Returns the key of the model's manifest.
  ///
  /// @throws IllegalStateException if the run is unfinished
  public String model() {
    if (manifest == null) {
      throw new IllegalStateException("training is unfinished: " + figures.ending());
    }
    return manifest;
  }
}
