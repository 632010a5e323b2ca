package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// The ratings that a file may have.
///
/// @param min the lowest
/// @param max the highest
/// @param step what lies between two neighbouring ones, from `min` on; null for any number between
public record RatingScale(double min, double max, @Nullable Double step) {
  /// MovieLens': half stars, of which older sets have whole ones only and others may have any part.
  static final RatingScale STARS = new RatingScale(0.5, 5.0, null);

  private static final double LARGEST = 1_000;

  /// How far a decimal number may be from a step because neither is a double.
  private static final double ROUNDING = 1e-6;

  /// @throws RequestException when it is no scale
  public RatingScale {
    if (!(min >= -LARGEST && max <= LARGEST && min < max)) {
      throw RequestException.invalid(
          "field 'scale': expected min below max, both from -1000 to 1000, found min "
              + text(min)
              + " and max "
              + text(max));
    }
    if (step != null && !(step > 0 && step <= max - min)) {
      throw RequestException.invalid(
          "field 'scale.step': expected a number above 0, at most max - min, found " + text(step));
    }
  }

  /// Whether `rating` is on the scale.
  boolean has(double rating) {
    if (!(rating >= min && rating <= max)) {
      return false;
    }
    if (step == null) {
      return true;
    }
    double steps = (rating - min) / step;
    return Math.abs(steps - Math.rint(steps)) < ROUNDING;
  }

  /// The scale for error messages: `a number from 1 to 10 in steps of 1`.
  String describe() {
    return "a number from "
        + text(min)
        + " to "
        + text(max)
        + (step == null ? "" : " in steps of " + text(step));
  }

  private static String text(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).toPlainString()
        : String.valueOf(number);
  }
}
