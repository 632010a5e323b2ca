package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The distinct ids of a column, numbered while the file is read. Its memory depends on the number of distinct
/// ids, not of rows.
///
/// Ids get codes in the order in which they are first seen. [#sort] then numbers them in ascending order, so
/// that the same ids have the same codes whatever the order of the rows.
interface IdDictionary {
  /// What [#code] returns for a value that is not an id of this type.
  int INVALID = -1;

  /// Returns a dictionary for ids of a type; null for those that need none.
  static @Nullable IdDictionary of(IdType type) {
    return switch (type) {
      case INT32 -> null;
      case INT64 -> new LongIdDictionary();
      case UTF8 -> new TextIdDictionary();
    };
  }

  /// Returns the code of the id that `bytes[from, to)` spells, a new one if it is new, or [#INVALID].
  ///
  /// @param bytes must continue for at least eight bytes after `to`
  /// @throws com.craftyverse.recsys.step.RequestException if the ids do not fit into memory
  int code(byte[] bytes, int from, int to);

  /// Returns the number of ids.
  int size();

  /// Sorts the ids. Codes from before are no longer valid.
  ///
  /// @return the new code of each code from before
  int[] sort();

  /// Returns an id by its code.
  Id id(int code);

  /// Writes the ids in the order of their codes as an Arrow file of one column.
  ///
  /// @param column the column's name
  void write(Path path, String column) throws IOException;

  /// Returns what error messages expect.
  String expected();
}
