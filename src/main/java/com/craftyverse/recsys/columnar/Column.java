package com.craftyverse.recsys.columnar;

import java.util.List;

/// A column of an Arrow file: name and type. Columns have no nulls.
///
/// A column owns the validity bitmap, which Arrow allows to be empty when there are no nulls, the buffers
/// of its [Type], and then the buffers of its children, in order.
///
/// @param name the field's name
/// @param type the field's type
/// @param listSize values in each list of a [Type#FIXED_SIZE_LIST], else 0
/// @param children the element of a list, the fields of a struct, else none
public record Column(String name, Type type, int listSize, List<Column> children) {

  /// The supported column types.
  public enum Type {
    /// 32-bit integers: one data buffer.
    INT32(4, false),
    /// 64-bit integers: one data buffer.
    INT64(8, false),
    /// IEEE 754 single precision: one data buffer.
    FLOAT32(4, false),
    /// Text: a buffer of `rows + 1` int32 offsets, then the bytes in UTF-8.
    UTF8(1, true),
    /// Lists of varying length: a buffer of `rows + 1` int32 offsets into the child.
    LIST(0, true),
    /// Lists of one fixed length: no buffer of its own.
    FIXED_SIZE_LIST(0, false),
    /// A group of fields: no buffer of its own.
    STRUCT(0, false);

    /// Bytes per value in the data buffer; 0 if there is no data buffer.
    final int width;

    final boolean hasOffsets;

    Type(int width, boolean hasOffsets) {
      this.width = width;
      this.hasOffsets = hasOffsets;
    }

    boolean hasData() {
      return width > 0;
    }
  }

  /// Validates that the children fit the type.
  public Column {
    children = List.copyOf(children);
    int expected =
        switch (type) {
          case LIST, FIXED_SIZE_LIST -> 1;
          case STRUCT -> Math.max(1, children.size());
          default -> 0;
        };
    if (children.size() != expected || (type == Type.FIXED_SIZE_LIST) != (listSize > 0)) {
      throw new IllegalArgumentException(
          "column "
              + name
              + ": "
              + type
              + " with "
              + children.size()
              + " children, list size "
              + listSize);
    }
  }

  /// Returns a column of 32-bit integers.
  public static Column int32(String name) {
    return new Column(name, Type.INT32, 0, List.of());
  }

  /// Returns a column of 64-bit integers.
  public static Column int64(String name) {
    return new Column(name, Type.INT64, 0, List.of());
  }

  /// Returns a column of single-precision floats.
  public static Column float32(String name) {
    return new Column(name, Type.FLOAT32, 0, List.of());
  }

  /// Returns a column of text.
  public static Column utf8(String name) {
    return new Column(name, Type.UTF8, 0, List.of());
  }

  /// Returns a column of variable-length lists.
  public static Column list(String name, Column element) {
    return new Column(name, Type.LIST, 0, List.of(element));
  }

  /// Returns a column of lists of `size` values each.
  public static Column fixedSizeList(String name, Column element, int size) {
    return new Column(name, Type.FIXED_SIZE_LIST, size, List.of(element));
  }

  /// Returns a column of structs.
  public static Column struct(String name, Column... fields) {
    return new Column(name, Type.STRUCT, 0, List.of(fields));
  }

  /// Returns the type in Arrow's notation, for error messages: `int32`, `fixed_size_list<float32>[50]`.
  String describe() {
    return switch (type) {
      case LIST -> "list<" + children.getFirst().describe() + ">";
      case FIXED_SIZE_LIST ->
          "fixed_size_list<" + children.getFirst().describe() + ">[" + listSize + "]";
      case STRUCT -> {
        StringBuilder fields = new StringBuilder("struct<");
        for (Column child : children) {
          fields
              .append(fields.length() > 7 ? ", " : "")
              .append(child.name)
              .append(": ")
              .append(child.describe());
        }
        yield fields.append('>').toString();
      }
      default -> type.name().toLowerCase(java.util.Locale.ROOT);
    };
  }
}
