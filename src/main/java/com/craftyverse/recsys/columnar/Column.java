package com.craftyverse.recsys.columnar;

import java.util.List;

/// A column of an Arrow file: its name and its type. No column has nulls.
///
/// Besides the validity bitmap, which Arrow lets a column without nulls leave empty, a column owns the
/// buffers of its [Type] and then those of its children, in order.
///
/// @param name the field's name
/// @param type the field's type
/// @param listSize values in each list of a [Type#FIXED_SIZE_LIST], else 0
/// @param children the element of a list, the fields of a struct, else none
public record Column(String name, Type type, int listSize, List<Column> children) {

  /// The types in use.
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
    /// Lists of one length each: no buffer of its own.
    FIXED_SIZE_LIST(0, false),
    /// A group of fields: no buffer of its own.
    STRUCT(0, false);

    /// Bytes of a value in the data buffer, 0 without a data buffer.
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

  /// Checks that the children fit the type.
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

  /// A column of 32-bit integers.
  public static Column int32(String name) {
    return new Column(name, Type.INT32, 0, List.of());
  }

  /// A column of 64-bit integers.
  public static Column int64(String name) {
    return new Column(name, Type.INT64, 0, List.of());
  }

  /// A column of single-precision floats.
  public static Column float32(String name) {
    return new Column(name, Type.FLOAT32, 0, List.of());
  }

  /// A column of text.
  public static Column utf8(String name) {
    return new Column(name, Type.UTF8, 0, List.of());
  }

  /// A column of lists, each of its own length.
  public static Column list(String name, Column element) {
    return new Column(name, Type.LIST, 0, List.of(element));
  }

  /// A column of lists of `size` values each.
  public static Column fixedSizeList(String name, Column element, int size) {
    return new Column(name, Type.FIXED_SIZE_LIST, size, List.of(element));
  }

  /// A column of groups of fields.
  public static Column struct(String name, Column... fields) {
    return new Column(name, Type.STRUCT, 0, List.of(fields));
  }

  /// The type in Arrow's own words, for error messages: `int32`, `fixed_size_list<float32>[50]`.
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
