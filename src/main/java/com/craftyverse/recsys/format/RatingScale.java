package com.craftyverse.recsys.format;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// The scale of a dataset's ratings. It determines which ratings uploads and requests may contain, and what
/// predictions are clipped to.
///
/// `ingest` records it: the scale that the request declares, the MovieLens scale for MovieLens layouts, or
/// the range of the upload. The manifests of `ingest` and `index` pass it on to `model.json`.
///
/// @param min the lowest rating
/// @param max the highest rating; equal to `min` only if all ratings of an upload are equal
/// @param step the distance between neighbouring ratings, counted from `min`; null if every number in the
///     range is a rating
public record RatingScale(double min, double max, @Nullable Double step) {
  private static final int MAX_ABSOLUTE_VALUE = 1_000_000;

  /// The MovieLens scale: half stars, in the older sets whole stars, so no step.
  public static final RatingScale STARS = new RatingScale(0.5, 5.0, null);

  /// All ratings that the project accepts.
  public static final RatingScale ANY =
      new RatingScale(-MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE, null);

  /// Largest distance to a step, in steps. Decimal numbers are rarely exact doubles.
  private static final double ROUNDING = 1e-6;

  /// @throws IllegalArgumentException if the three values are not a valid scale
  public RatingScale {
    if (!(min >= -MAX_ABSOLUTE_VALUE && max <= MAX_ABSOLUTE_VALUE && min <= max)) {
      throw invalidScale(min, max);
    }
    if (step != null && !(step > 0 && step <= max - min)) {
      throw new IllegalArgumentException(
          "field 'scale.step': expected a number above 0, at most max - min, found " + text(step));
    }
  }

  /// Returns the range of an upload's ratings as a scale.
  ///
  /// @param step the distance between neighbouring ratings; null if any number may be one
  public static RatingScale range(float lowest, float highest, @Nullable Double step) {
    double min = decimal(lowest);
    double max = decimal(highest);
    return new RatingScale(min, max, step == null || step > max - min ? null : step);
  }

  /// Returns this scale if a request may declare it.
  ///
  /// @throws IllegalArgumentException if it contains only one rating
  public RatingScale declared() {
    if (!(min < max)) {
      throw invalidScale(min, max);
    }
    return this;
  }

  private static IllegalArgumentException invalidScale(double min, double max) {
    return new IllegalArgumentException(
        "field 'scale': expected min below max, both from "
            + -MAX_ABSOLUTE_VALUE
            + " to "
            + MAX_ABSOLUTE_VALUE
            + ", found min "
            + text(min)
            + " and max "
            + text(max));
  }

  /// Returns whether `rating` is on the scale.
  public boolean contains(double rating) {
    if (!(rating >= min && rating <= max)) {
      return false;
    }
    if (step == null) {
      return true;
    }
    double steps = (rating - min) / step;
    return Math.abs(steps - Math.rint(steps)) < ROUNDING;
  }

  /// Returns whether the decimal number behind `rating` is on the scale. 1.1 is at most 1.1, although the
  /// nearest float is not.
  public boolean contains(float rating) {
    return contains(decimal(rating));
  }

  /// Clips a prediction to the scale.
  public float clip(float prediction) {
    return Math.clamp(prediction, (float) min, (float) max);
  }

  /// Returns the position of a rating on the scale, from 0 for the lowest to 1 for the highest; 1 if they are
  /// equal.
  public double position(float rating) {
    return min < max ? Math.clamp((rating - min) / (max - min), 0.0, 1.0) : 1;
  }

  /// Describes the scale in error messages: `a number from 1 to 10 in steps of 1`.
  public String describe() {
    return "a number from "
        + text(min)
        + " to "
        + text(max)
        + (step == null ? "" : " in steps of " + text(step));
  }

  /// Returns the shortest decimal number whose nearest float is `number`.
  private static double decimal(float number) {
    return Double.parseDouble(Float.toString(number));
  }

  private static String text(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).toPlainString()
        : String.valueOf(number);
  }
}
