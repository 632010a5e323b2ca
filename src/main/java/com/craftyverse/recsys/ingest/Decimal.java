package com.craftyverse.recsys.ingest;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/// Decimal numbers in the notations that people and programs use: `4`, `4.0`, `4.`, `.5`, `+3`, `1e3`,
/// `2.0666666666666664`.
final class Decimal {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d++\\.?+\\d*+|\\.\\d++)([eE][+-]?\\d{1,4})?");
  private static final Pattern WITH_COMMA = Pattern.compile("[+-]?\\d++,\\d++");
  private static final int LONGEST = 400;

  private Decimal() {}

  /// The nearest double; NaN when `text` is no such number.
  static double value(String text) {
    return isNumber(text) ? Double.parseDouble(text) : Double.NaN;
  }

  /// The value of a number without a sign and without a fraction other than zeros, `21` of `21.0`; -1
  /// when `text` is not such a number, or is above `most`.
  static long whole(String text, long most) {
    if (!isNumber(text) || text.startsWith("+") || text.startsWith("-")) {
      return -1;
    }
    try {
      long value = new BigDecimal(text).longValueExact();
      return value > most ? -1 : value;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /// Whether `text` would be a number if its comma were a point.
  static boolean hasComma(String text) {
    return WITH_COMMA.matcher(text).matches();
  }

  private static boolean isNumber(String text) {
    return text.length() <= LONGEST && NUMBER.matcher(text).matches();
  }
}
