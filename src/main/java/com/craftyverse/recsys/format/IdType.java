package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// The type of all ids of a dataset's users, or of its items.
public enum IdType {
  /// Whole numbers from 0 to 2,147,483,647. The dataset's ratings carry them as they are.
  INT32,

  /// 64-bit whole numbers. The dataset's ratings carry codes: row numbers of its dictionary.
  INT64,

  /// Texts of 1 to 256 bytes in UTF-8. The dataset's ratings carry codes: row numbers of its dictionary.
  UTF8;

  /// Returns a column of such ids.
  public Column column(String name) {
    return switch (this) {
      case INT32 -> Column.int32(name);
      case INT64 -> Column.int64(name);
      case UTF8 -> Column.utf8(name);
    };
  }

  /// Returns the type of a file's column of ids. For a column that is missing or holds no ids it is `INT32`,
  /// so that the check of the file's columns says what is wrong.
  public static IdType of(ArrowFile file, String column) {
    for (Column each : file.columns()) {
      if (each.name().equals(column)) {
        return switch (each.type()) {
          case INT64 -> INT64;
          case UTF8 -> UTF8;
          default -> INT32;
        };
      }
    }
    return INT32;
  }

  /// Returns the type in Arrow's notation: `int32`, `int64` or `utf8`.
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
