package com.craftyverse.recsys.spark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/// The type of all ids of a dataset's users, or of its items.
enum IdKind {
  /// Whole numbers from 0 to 2,147,483,647. Ratings carry them as they are.
  INT32("int32"),

  /// 64-bit whole numbers. Ratings carry codes: row numbers of the dataset's dictionary.
  INT64("int64"),

  /// Texts of 1 to 256 bytes. Ratings carry codes, too.
  UTF8("utf8");

  /// Length of a text in UTF-8, at most.
  static final int MAX_BYTES = 256;

  private final String text;

  IdKind(String text) {
    this.text = text;
  }

  /// @throws RefusedException if there is no such type
  static IdKind of(String text) {
    for (IdKind each : values()) {
      if (each.text.equals(text)) {
        return each;
      }
    }
    throw new RefusedException(
        "settings.json: field 'ids': expected int32, int64 or utf8, found '" + text + "'");
  }

  /// Returns the narrowest type that has the id.
  static IdKind narrowest(String id) {
    return INT32.parse(id) != null ? INT32 : INT64.parse(id) != null ? INT64 : UTF8;
  }

  /// Returns the id as a `Long` or a `String`; null if the type does not have it. A number may be
  /// written as `21.0`.
  Object parse(String id) {
    if (this == UTF8) {
      int bytes = id.getBytes(StandardCharsets.UTF_8).length;
      return bytes < 1 || bytes > MAX_BYTES ? null : id;
    }
    String digits = withoutZeroDecimals(id);
    boolean leadingZero = digits.length() > 1 && digits.charAt(0) == '0';
    if (digits.isEmpty() || leadingZero || digits.charAt(0) == '+') {
      return null;
    }
    try {
      long number = Long.parseLong(digits);
      return this == INT64 || (number >= 0 && number <= Integer.MAX_VALUE) ? number : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String withoutZeroDecimals(String number) {
    int point = number.indexOf('.');
    if (point < 0) {
      return number;
    }
    int end = number.length();
    while (number.charAt(end - 1) == '0') {
      end--;
    }
    return end == point + 1 ? number.substring(0, point) : number;
  }

  /// Returns the type of such ids in a table of Spark.
  DataType type() {
    return this == UTF8 ? DataTypes.StringType : DataTypes.LongType;
  }

  /// Returns the column of such ids in a file.
  Column column(String name) {
    return switch (this) {
      case INT32 -> Column.int32(name);
      case INT64 -> Column.int64(name);
      case UTF8 -> Column.utf8(name);
    };
  }

  /// Returns the type in Arrow's notation.
  @Override
  public String toString() {
    return text;
  }
}
