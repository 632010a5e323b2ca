package com.craftyverse.recsys.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/// The scale of a dataset's ratings.
///
/// @param step the distance between neighbouring ratings; null if every number in the range is one
record Scale(double min, double max, Double step) implements Serializable {
  /// MovieLens' scale.
  static final Scale STARS = new Scale(0.5, 5, null);

  private static final double ROUNDING = 1e-6;

  /// Returns the scale that the settings declare; null without one.
  ///
  /// @throws RefusedException if it is not a scale
  static Scale declared(Settings settings) {
    if (!settings.has("scale")) {
      return null;
    }
    double min = settings.number("scale.min", Double.NaN);
    double max = settings.number("scale.max", Double.NaN);
    double step = settings.number("scale.step", 0);
    if (!(min < max) || step < 0 || step > max - min) {
      throw new RefusedException(
          "settings.json: field 'scale': expected min below max and a step that fits, found "
              + settings.node("scale"));
    }
    return new Scale(min, max, step == 0 ? null : step);
  }

  /// Returns whether a rating is on the scale.
  boolean contains(double rating) {
    if (!(rating >= min && rating <= max)) {
      return false;
    }
    double steps = step == null ? 0 : (rating - min) / step;
    return Math.abs(steps - Math.rint(steps)) < ROUNDING;
  }

  /// Returns what messages expect of a rating.
  @Override
  public String toString() {
    return "a number from " + min + " to " + max + (step == null ? "" : " in steps of " + step);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new TreeMap<>(Map.of("min", min, "max", max));
    if (step != null) {
      json.put("step", step);
    }
    return json;
  }
}
