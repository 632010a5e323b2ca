package com.craftyverse.recsys.ingest;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/// A parser for decimal numbers in common notations: `4`, `4.0`, `4.`, `.5`, `+3`, `1e3`,
/// `2.0666666666666664`.
final class Decimal {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d++\\.?+\\d*+|\\.\\d++)([eE][+-]?\\d{1,4})?");
  private static final Pattern WITH_COMMA = Pattern.compile("[+-]?\\d++,\\d++");
  private static final int MAX_LENGTH = 400;

  private Decimal() {}

  /// Returns the nearest double, or NaN if `text` is not such a number.
  static double parse(String text) {
    return isNumber(text) ? Double.parseDouble(text) : Double.NaN;
  }

  /// Returns the value of a whole number without a sign, such as `21` for `21.0`. Returns -1 if `text` is not
  /// such a number or is above `max`.
  static long parseWholeNumber(String text, long max) {
    if (!isNumber(text) || text.startsWith("+") || text.startsWith("-")) {
      return -1;
    }
    try {
      long value = new BigDecimal(text).longValueExact();
      return value > max ? -1 : value;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /// Returns whether `text` would be a number with a point in place of its comma.
  static boolean hasComma(String text) {
    return WITH_COMMA.matcher(text).matches();
  }

  private static boolean isNumber(String text) {
    return text.length() <= MAX_LENGTH && NUMBER.matcher(text).matches();
  }
}
