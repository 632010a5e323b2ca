package com.craftyverse.recsys.format;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// The scale of a dataset's ratings. It decides which ratings an upload and a request may have, and
/// what predictions are clipped to.
///
/// `ingest` records it: the declared scale, MovieLens' for its layouts, else the range of the
/// upload. The manifests of `ingest` and `index` hand it on to `model.json`.
///
/// @param min the lowest rating
/// @param max the highest rating; equal to `min` only where all ratings of an upload are equal
/// @param step the distance of neighbouring ratings, counted from `min`; null if any number between
///   is a rating
public record RatingScale(double min, double max, @Nullable Double step) {
  private static final int LARGEST = 1_000_000;

  /// MovieLens' scale: half stars, whole stars in the older sets, without a step.
  public static final RatingScale STARS = new RatingScale(0.5, 5.0, null);

  /// Every rating that can be taken.
  public static final RatingScale ANY = new RatingScale(-LARGEST, LARGEST, null);

  /// How far a decimal number may be from a step because neither is a double.
  private static final double ROUNDING = 1e-6;

  /// @throws IllegalArgumentException when the three do not make a scale
  public RatingScale {
    if (!(min >= -LARGEST && max <= LARGEST && min <= max)) {
      throw noScale(min, max);
    }
    if (step != null && !(step > 0 && step <= max - min)) {
      throw new IllegalArgumentException(
          "field 'scale.step': expected a number above 0, at most max - min, found " + text(step));
    }
  }

  /// The range of an upload's ratings.
  public static RatingScale range(float lowest, float highest) {
    return new RatingScale(decimal(lowest), decimal(highest), null);
  }

  /// This scale, which a request declares.
  ///
  /// @throws IllegalArgumentException when it has one rating only
  public RatingScale declared() {
    if (!(min < max)) {
      throw noScale(min, max);
    }
    return this;
  }

  private static IllegalArgumentException noScale(double min, double max) {
    return new IllegalArgumentException(
        "field 'scale': expected min below max, both from "
            + -LARGEST
            + " to "
            + LARGEST
            + ", found min "
            + text(min)
            + " and max "
            + text(max));
  }

  /// Whether `rating` is on the scale.
  public boolean has(double rating) {
    if (!(rating >= min && rating <= max)) {
      return false;
    }
    if (step == null) {
      return true;
    }
    double steps = (rating - min) / step;
    return Math.abs(steps - Math.rint(steps)) < ROUNDING;
  }

  /// Whether the decimal number that was written for `rating` is on the scale: 1.1 is at most 1.1,
  /// although the nearest float is not.
  public boolean has(float rating) {
    return has(decimal(rating));
  }

  /// Brings a prediction to the nearer end of the scale if it is beyond.
  public float clip(float prediction) {
    return Math.clamp(prediction, (float) min, (float) max);
  }

  /// Where a rating lies on the scale: 0 for the lowest, 1 for the highest, 1 if they are equal.
  public double position(float rating) {
    return min < max ? Math.clamp((rating - min) / (max - min), 0.0, 1.0) : 1;
  }

  /// The scale for error messages: `a number from 1 to 10 in steps of 1`.
  public String describe() {
    return "a number from "
        + text(min)
        + " to "
        + text(max)
        + (step == null ? "" : " in steps of " + text(step));
  }

  /// The shortest decimal number whose nearest float `number` is.
  private static double decimal(float number) {
    return Double.parseDouble(Float.toString(number));
  }

  private static String text(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).toPlainString()
        : String.valueOf(number);
  }
}
