package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ids of users or items, ascending, each found by its index and the other way round. Immutable.
///
/// Numbers ascend by value and texts by the unsigned bytes of their UTF-8. The ids are held as they lie in the
/// Arrow column, not as objects, and are found by binary search.
public sealed interface IdTable permits NumberTable, TextTable {
  /// Returns a table of numbers.
  ///
  /// @param ids ascending; not copied
  static IdTable of(int[] ids) {
    return new Int32Table(ids);
  }

  /// Returns a table of numbers of 64 bits.
  ///
  /// @param ids ascending; not copied
  static IdTable of(long[] ids) {
    return new Int64Table(ids);
  }

  /// Reads a column of ids, whose type the file's schema gives.
  ///
  /// @throws MalformedFileException if the ids do not ascend, or one is too long
  static IdTable read(ArrowFile file, String column) throws MalformedFileException {
    IdTable ids = readUnordered(file, column);
    int row = ids.firstDescent();
    if (row < ids.size()) {
      throw file.malformed(
          "row "
              + row
              + ": "
              + column
              + " does not come after that of the row before; ids must ascend");
    }
    return ids;
  }

  /// Reads a column of ids in any order. They can only be taken by index, not searched for.
  ///
  /// @throws MalformedFileException if an id is too long
  static IdTable readUnordered(ArrowFile file, String column) throws MalformedFileException {
    return switch (IdType.of(file, column)) {
      case INT32 -> Int32Table.read(file, column);
      case INT64 -> Int64Table.read(file, column);
      case UTF8 -> TextTable.read(file, column);
    };
  }

  /// Returns the type of the ids.
  IdType type();

  /// Returns the number of ids.
  int size();

  /// Returns the id at an index.
  Id id(int index);

  /// Returns the index of an id, negative if the table does not have it.
  int indexOf(Id id);

  /// Returns an id as the table writes it: `42` for `"42"` in a table of numbers. Null for a text that is no
  /// number.
  @Nullable Id convert(Id id);

  /// Returns the ids at some indices.
  ///
  /// @param indices ascending; otherwise the ids can only be taken by index, not searched for
  IdTable select(int[] indices);

  /// Returns the buffers of an Arrow column with the ids at `from` to `to - 1`.
  List<MemorySegment> buffers(int from, int to);

  /// Returns the first index whose id does not come after the one before; at least the size if there
  /// is none.
  int firstDescent();

  /// Returns whether ids of this table can be equal to ids of `other`: both are numbers, or both are texts.
  default boolean isComparable(IdTable other) {
    return (type() == IdType.UTF8) == (other.type() == IdType.UTF8);
  }

  /// Compares an id with an id of a table that [#isComparable].
  int compare(int index, IdTable other, int otherIndex);

  /// Returns the index in `other` of each id; -1 for those that it does not have.
  default int[] indicesIn(IdTable other) {
    int[] indices = new int[size()];
    Arrays.fill(indices, -1);
    if (isComparable(other)) {
      int at = 0;
      for (int index = 0; index < indices.length && at < other.size(); index++) {
        int order = compare(index, other, at);
        while (order > 0 && ++at < other.size()) {
          order = compare(index, other, at);
        }
        if (order == 0) {
          indices[index] = at++;
        }
      }
    }
    return indices;
  }
}
