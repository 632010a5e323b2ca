package com.craftyverse.recsys.table;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.flatbuf.UnionMode;
import org.jspecify.annotations.Nullable;

/// A column of a record batch, for any type of the columnar format; those that are no values have none to append.
abstract class ArrowColumn {
  private final ByteBuffer validity;
  private final boolean hasNulls;
  private final long length;

  private ArrowColumn(FieldNode node, ByteBuffer validity) {
    this.length = node.length();
    this.hasNulls = node.nullCount() > 0 && validity.limit() > 0;
    this.validity = validity;
  }

  /// Appends the value of a row that is not null.
  abstract void value(int row, CsvText out);

  final void append(int row, CsvText out) {
    if (!isNull(row)) {
      value(row, out);
    }
  }

  final boolean isNull(int row) {
    return hasNulls && (validity.get(row >>> 3) >>> (row & 7) & 1) == 0;
  }

  /// Checks that the column has a number of rows.
  final void require(int rows) {
    if (length < rows) {
      throw new IllegalArgumentException("a column has " + length + " rows, expected " + rows);
    }
  }

  /// Returns whether the columns of a field are values or lists of values.
  static boolean hasValues(Field field) {
    return switch (field.typeType()) {
      case Type.Int,
          Type.FloatingPoint,
          Type.Bool,
          Type.Utf8,
          Type.LargeUtf8,
          Type.Utf8View,
          Type.Date,
          Type.Timestamp,
          Type.Decimal ->
          true;
      case Type.List, Type.LargeList -> field.childrenLength() == 1 && hasValues(field.children(0));
      default -> false;
    };
  }

  /// Takes a field's column from a record batch.
  static ArrowColumn of(Field field, ArrowBody body, Map<Long, List<ArrowColumn>> dictionaries) {
    if (field.dictionary() == null) {
      return ofValues(field, body, dictionaries);
    }
    FieldNode node = body.node();
    ByteBuffer validity = body.buffer();
    Int type = field.dictionary().indexType();
    int bits = type == null ? Integer.SIZE : type.bitWidth();
    ByteBuffer indices = body.buffer();
    List<ArrowColumn> values = dictionaries.getOrDefault(field.dictionary().id(), List.of());
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        long index = whole(indices, row, bits);
        for (ArrowColumn part : values) {
          if (index < part.length()) {
            part.append((int) index, out);
            return;
          }
          index -= part.length();
        }
        throw new IllegalArgumentException("an index is outside its dictionary");
      }
    };
  }

  final long length() {
    return length;
  }

  /// Takes a column whose values are not indices of a dictionary.
  static ArrowColumn ofValues(
      Field field, ArrowBody body, Map<Long, List<ArrowColumn>> dictionaries) {
    FieldNode node = body.node();
    byte type = field.typeType();
    if (type == Type.Null || type == Type.Union || type == Type.RunEndEncoded) {
      if (type == Type.Union) {
        Union union = (Union) field.type(new Union());
        body.skipBuffers(union != null && union.mode() == UnionMode.Dense ? 2 : 1);
      }
      children(field, body, dictionaries);
      return none(node, ByteBuffer.allocate(0));
    }
    ByteBuffer validity = body.buffer();
    return switch (type) {
      case Type.Int -> wholeNumbers(node, validity, body.buffer(), (Int) field.type(new Int()));
      case Type.FloatingPoint ->
          numbers(node, validity, body.buffer(), (FloatingPoint) field.type(new FloatingPoint()));
      case Type.Bool -> booleans(node, validity, body.buffer());
      case Type.Date -> dates(node, validity, body.buffer(), (Date) field.type(new Date()));
      case Type.Timestamp ->
          times(node, validity, body.buffer(), (Timestamp) field.type(new Timestamp()));
      case Type.Decimal ->
          decimals(node, validity, body.buffer(), (Decimal) field.type(new Decimal()));
      case Type.Utf8, Type.Binary ->
          texts(node, validity, body.buffer(), body.buffer(), Integer.SIZE);
      case Type.LargeUtf8, Type.LargeBinary ->
          texts(node, validity, body.buffer(), body.buffer(), Long.SIZE);
      case Type.Utf8View, Type.BinaryView -> views(node, validity, body);
      case Type.List, Type.Map, Type.LargeList -> {
        ByteBuffer offsets = body.buffer();
        ArrowColumn child = children(field, body, dictionaries);
        yield child == null || type == Type.Map
            ? none(node, validity)
            : lists(node, validity, offsets, type == Type.List ? Integer.SIZE : Long.SIZE, child);
      }
      case Type.FixedSizeList, Type.Struct_ -> {
        children(field, body, dictionaries);
        yield none(node, validity);
      }
      case Type.ListView, Type.LargeListView -> {
        body.skipBuffers(2);
        children(field, body, dictionaries);
        yield none(node, validity);
      }
      case Type.Time, Type.Duration, Type.Interval, Type.FixedSizeBinary -> {
        body.skipBuffers(1);
        yield none(node, validity);
      }
      default ->
          throw new IllegalArgumentException("column " + field.name() + " has an unknown type");
    };
  }

  /// Takes the columns of a field's children and returns the first.
  private static @Nullable ArrowColumn children(
      Field field, ArrowBody body, Map<Long, List<ArrowColumn>> dictionaries) {
    ArrowColumn first = null;
    for (int i = 0; i < field.childrenLength(); i++) {
      ArrowColumn child = of(field.children(i), body, dictionaries);
      first = i == 0 ? child : first;
    }
    return first;
  }

  private static ArrowColumn none(FieldNode node, ByteBuffer validity) {
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {}
    };
  }

  private static long whole(ByteBuffer data, int row, int bits) {
    return switch (bits) {
      case Byte.SIZE -> data.get(row);
      case Short.SIZE -> data.getShort(2 * row);
      case Integer.SIZE -> data.getInt(4 * row);
      default -> data.getLong(8 * row);
    };
  }

  private static ArrowColumn wholeNumbers(
      FieldNode node, ByteBuffer validity, ByteBuffer data, Int type) {
    int bits = type.bitWidth();
    boolean isSigned = type.isSigned();
    long mask = bits == Long.SIZE ? -1 : (1L << bits) - 1;
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        long number = whole(data, row, bits);
        if (isSigned || number >= 0) {
          out.number(number);
        } else if (bits == Long.SIZE) {
          out.text(Long.toUnsignedString(number));
        } else {
          out.number(number & mask);
        }
      }
    };
  }

  private static ArrowColumn numbers(
      FieldNode node, ByteBuffer validity, ByteBuffer data, FloatingPoint type) {
    int precision = type.precision();
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        switch (precision) {
          case Precision.HALF -> out.number(Float.float16ToFloat(data.getShort(2 * row)));
          case Precision.SINGLE -> out.number(data.getFloat(4 * row));
          default -> out.number(data.getDouble(8 * row));
        }
      }
    };
  }

  private static ArrowColumn booleans(FieldNode node, ByteBuffer validity, ByteBuffer data) {
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        out.number(data.get(row >>> 3) >>> (row & 7) & 1);
      }
    };
  }

  private static ArrowColumn dates(
      FieldNode node, ByteBuffer validity, ByteBuffer data, Date type) {
    boolean inDays = type.unit() == DateUnit.DAY;
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        long day =
            inDays ? data.getInt(4 * row) : Math.floorDiv(data.getLong(8 * row), 86_400_000L);
        out.text(LocalDate.ofEpochDay(day).toString());
      }
    };
  }

  private static ArrowColumn times(
      FieldNode node, ByteBuffer validity, ByteBuffer data, Timestamp type) {
    long perSecond =
        switch (type.unit()) {
          case TimeUnit.SECOND -> 1;
          case TimeUnit.MILLISECOND -> 1_000;
          case TimeUnit.MICROSECOND -> 1_000_000;
          default -> 1_000_000_000;
        };
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        out.number(Math.floorDiv(data.getLong(8 * row), perSecond));
      }
    };
  }

  private static ArrowColumn decimals(
      FieldNode node, ByteBuffer validity, ByteBuffer data, Decimal type) {
    int bytes = type.bitWidth() / Byte.SIZE;
    int scale = type.scale();
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        byte[] bigEndian = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
          bigEndian[bytes - 1 - i] = data.get(bytes * row + i);
        }
        out.text(new BigDecimal(new BigInteger(bigEndian), scale).toPlainString());
      }
    };
  }

  private static ArrowColumn texts(
      FieldNode node, ByteBuffer validity, ByteBuffer offsets, ByteBuffer data, int bits) {
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        int from = Math.toIntExact(whole(offsets, row, bits));
        int to = Math.toIntExact(whole(offsets, row + 1, bits));
        if (from < 0 || to < from || to > data.limit()) {
          throw new IllegalArgumentException("a text lies outside its buffer");
        }
        out.text(data.array(), data.arrayOffset() + from, data.arrayOffset() + to);
      }
    };
  }

  /// Texts of up to 12 bytes lie in the view; longer ones in one of the data buffers.
  private static ArrowColumn views(FieldNode node, ByteBuffer validity, ArrowBody body) {
    ByteBuffer views = body.buffer();
    ByteBuffer[] data = new ByteBuffer[body.variadicBuffers()];
    for (int i = 0; i < data.length; i++) {
      data[i] = body.buffer();
    }
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        int at = 16 * row;
        int length = views.getInt(at);
        ByteBuffer source = length <= 12 ? views : data[views.getInt(at + 8)];
        int from = length <= 12 ? at + 4 : views.getInt(at + 12);
        if (length < 0 || from < 0 || from > source.limit() - length) {
          throw new IllegalArgumentException("a text lies outside its buffer");
        }
        int start = source.arrayOffset() + from;
        out.text(source.array(), start, start + length);
      }
    };
  }

  private static ArrowColumn lists(
      FieldNode node, ByteBuffer validity, ByteBuffer offsets, int bits, ArrowColumn child) {
    return new ArrowColumn(node, validity) {
      @Override
      void value(int row, CsvText out) {
        int from = Math.toIntExact(whole(offsets, row, bits));
        int to = Math.toIntExact(whole(offsets, row + 1, bits));
        out.list(from, to, child);
      }
    };
  }
}
