package com.craftyverse.recsys.spark;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.Serializable;
import java.util.List;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/// A column of an Arrow file.
///
/// @param size the length of a vector; 0 for other types
record Column(String name, Kind kind, int size, List<Column> children) implements Serializable {
  /// The types that the project's files have.
  enum Kind {
    INT32,
    INT64,
    FLOAT32,
    UTF8,
    LIST,
    VECTOR,
    STRUCT
  }

  static Column int32(String name) {
    return new Column(name, Kind.INT32, 0, List.of());
  }

  static Column int64(String name) {
    return new Column(name, Kind.INT64, 0, List.of());
  }

  static Column float32(String name) {
    return new Column(name, Kind.FLOAT32, 0, List.of());
  }

  static Column utf8(String name) {
    return new Column(name, Kind.UTF8, 0, List.of());
  }

  /// Returns a column of lists.
  static Column list(String name, Column element) {
    return new Column(name, Kind.LIST, 0, List.of(element));
  }

  /// Returns a column of lists of `size` floats.
  static Column vector(String name, int size) {
    return new Column(name, Kind.VECTOR, size, List.of(float32("item")));
  }

  /// Returns a column of records.
  static Column struct(String name, Column... fields) {
    return new Column(name, Kind.STRUCT, 0, List.of(fields));
  }

  /// Writes the column's part of a schema, and returns its position.
  int write(FlatBufferBuilder builder) {
    int[] nested = children.stream().mapToInt(child -> child.write(builder)).toArray();
    int label = builder.createString(name);
    int childVector = Field.createChildrenVector(builder, nested);
    byte typeType;
    int type;
    switch (kind) {
      case INT32, INT64 -> {
        typeType = Type.Int;
        type = Int.createInt(builder, kind == Kind.INT32 ? Integer.SIZE : Long.SIZE, true);
      }
      case FLOAT32 -> {
        typeType = Type.FloatingPoint;
        type = FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
      }
      case UTF8 -> {
        typeType = Type.Utf8;
        Utf8.startUtf8(builder);
        type = Utf8.endUtf8(builder);
      }
      case LIST -> {
        typeType = Type.List;
        org.apache.arrow.flatbuf.List.startList(builder);
        type = org.apache.arrow.flatbuf.List.endList(builder);
      }
      case VECTOR -> {
        typeType = Type.FixedSizeList;
        type = FixedSizeList.createFixedSizeList(builder, size);
      }
      case STRUCT -> {
        typeType = Type.Struct_;
        Struct_.startStruct_(builder);
        type = Struct_.endStruct_(builder);
      }
      default -> throw new AssertionError(kind);
    }
    return Field.createField(builder, label, false, typeType, type, 0, childVector, 0);
  }
}
