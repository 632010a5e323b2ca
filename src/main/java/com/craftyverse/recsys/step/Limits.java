package com.craftyverse.recsys.step;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Which values a field of a [Request] takes. `openapi.json` takes them from here, and a test sends each
/// function values outside of them. The function's own checks decide; they use the same constants.
///
/// An annotation of record components alone, which nothing reads at run time: it costs a cold start
/// nothing.
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Limits {
  /// Whether a request without the field is refused.
  boolean required() default false;

  /// The smallest number.
  double min() default Double.NEGATIVE_INFINITY;

  /// The largest number.
  double max() default Double.POSITIVE_INFINITY;

  /// Whether `min` and `max` themselves are taken.
  Bounds bounds() default Bounds.INCLUSIVE;

  /// The longest string, in characters.
  int maxLength() default Integer.MAX_VALUE;

  /// The shortest list.
  int minItems() default 0;

  /// The longest list.
  int maxItems() default Integer.MAX_VALUE;

  /// The strings that are taken; empty if any is.
  String[] oneOf() default {};

  /// The value of a field that is left out, as JSON; empty if it depends on something else.
  String byDefault() default "";

  /// Which of the two bounds are taken.
  enum Bounds {
    /// Both.
    INCLUSIVE,
    /// Only `max`.
    ABOVE_MIN,
    /// Neither.
    EXCLUSIVE
  }
}
