package com.craftyverse.recsys.table;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.Validity;
import dev.hardwood.schema.SchemaNode;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// A column of a batch of rows, of the types that are read as arrays. The arrays have any values where there is a null.
abstract class ParquetColumn {
  private final ColumnReader column;
  private Validity validity = Validity.NO_NULLS;
  private boolean hasNulls;

  private ParquetColumn(ColumnReader column) {
    this.column = column;
  }

  /// Takes the arrays of a new batch.
  abstract void take();

  /// Returns whether the values are numbers, so that [#copy] gives them.
  boolean isNumber() {
    return true;
  }

  /// Returns whether the values are whole numbers, so that [#copyWhole] gives them.
  boolean isWhole() {
    return false;
  }

  /// Copies whole numbers.
  @SuppressWarnings("UnusedVariable") // the parameters are those of the columns that have some
  void whole(int from, int count, long[] target) {
    throw new IllegalStateException("no whole numbers");
  }

  /// Copies numbers.
  void numbers(int from, int count, double[] target) {
    long[] whole = new long[count];
    whole(from, count, whole);
    for (int i = 0; i < count; i++) {
      target[i] = whole[i];
    }
  }

  /// Writes a value that is not null, with room for [CsvText#FIELD_BYTES] at `at`. Returns the position after it.
  abstract int write(int row, CsvText out, int at);

  /// Takes the next batch.
  final void next() {
    validity = column.getLeafValidity();
    hasNulls = validity.hasNulls();
    take();
  }

  final boolean isNull(int row) {
    return hasNulls && validity.isNull(row);
  }

  /// See [NumberColumns#copyWhole].
  final void copyWhole(int from, int count, long[] target) {
    whole(from, count, target);
    for (int i = 0; hasNulls && i < count; i++) {
      if (validity.isNull(from + i)) {
        target[i] = -1;
      }
    }
  }

  /// See [NumberColumns#copy].
  final void copy(int from, int count, double[] target) {
    numbers(from, count, target);
    for (int i = 0; hasNulls && i < count; i++) {
      if (validity.isNull(from + i)) {
        target[i] = Double.NaN;
      }
    }
  }

  /// Returns whether the values of a field can be read as arrays.
  static boolean isPlain(SchemaNode field) {
    if (!(field instanceof SchemaNode.PrimitiveNode value) || value.maxRepetitionLevel() > 0) {
      return false;
    }
    boolean isSimpleType =
        switch (value.logicalType()) {
          case null -> true;
          case LogicalType.TimestampType _,
              LogicalType.DateType _,
              LogicalType.IntType _,
              LogicalType.StringType _,
              LogicalType.EnumType _ ->
              true;
          default -> false;
        };
    return isSimpleType
        && value.type() != PhysicalType.INT96
        && value.type() != PhysicalType.FIXED_LEN_BYTE_ARRAY;
  }

  /// Returns a [plain][#isPlain] column.
  ///
  /// @param rowBytes room to make behind a text for the other values of its row
  static ParquetColumn of(ColumnReader column, int rowBytes) {
    LogicalType type = column.getColumnSchema().logicalType();
    boolean isUnsigned = type instanceof LogicalType.IntType whole && !whole.isSigned();
    return switch (column.getColumnSchema().type()) {
      case INT32 ->
          new ParquetColumn(column) {
            private int[] batch = {};
            private final boolean isDate = type instanceof LogicalType.DateType;

            @Override
            void take() {
              batch = column.getInts();
            }

            @Override
            boolean isNumber() {
              return !isDate;
            }

            @Override
            boolean isWhole() {
              return !isDate;
            }

            @Override
            void whole(int from, int count, long[] target) {
              for (int i = 0; i < count; i++) {
                target[i] = isUnsigned ? Integer.toUnsignedLong(batch[from + i]) : batch[from + i];
              }
            }

            @Override
            int write(int row, CsvText out, int at) {
              return isDate
                  ? out.ascii(at, LocalDate.ofEpochDay(batch[row]).toString())
                  : out.number(at, isUnsigned ? Integer.toUnsignedLong(batch[row]) : batch[row]);
            }
          };
      case INT64 ->
          new ParquetColumn(column) {
            private long[] batch = {};
            private final long perSecond = perSecond(type);

            @Override
            void take() {
              batch = column.getLongs();
            }

            @Override
            boolean isNumber() {
              return !isUnsigned;
            }

            @Override
            boolean isWhole() {
              return !isUnsigned;
            }

            @Override
            void whole(int from, int count, long[] target) {
              if (perSecond == 1) {
                System.arraycopy(batch, from, target, 0, count);
                return;
              }
              for (int i = 0; i < count; i++) {
                target[i] = Math.floorDiv(batch[from + i], perSecond);
              }
            }

            @Override
            int write(int row, CsvText out, int at) {
              return isUnsigned && batch[row] < 0
                  ? out.ascii(at, Long.toUnsignedString(batch[row]))
                  : out.number(
                      at, perSecond == 1 ? batch[row] : Math.floorDiv(batch[row], perSecond));
            }
          };
      case FLOAT ->
          new ParquetColumn(column) {
            private float[] batch = {};

            @Override
            void take() {
              batch = column.getFloats();
            }

            @Override
            void numbers(int from, int count, double[] target) {
              for (int i = 0; i < count; i++) {
                float value = batch[from + i];
                int tenths = (int) (value * 10 + 0.5f);
                target[i] =
                    tenths / 10f == value
                        ? tenths / 10.0
                        : Double.parseDouble(Float.toString(value));
              }
            }

            @Override
            int write(int row, CsvText out, int at) {
              return out.number(at, batch[row]);
            }
          };
      case DOUBLE ->
          new ParquetColumn(column) {
            private double[] batch = {};

            @Override
            void take() {
              batch = column.getDoubles();
            }

            @Override
            void numbers(int from, int count, double[] target) {
              System.arraycopy(batch, from, target, 0, count);
            }

            @Override
            int write(int row, CsvText out, int at) {
              return out.number(at, batch[row]);
            }
          };
      case BOOLEAN ->
          new ParquetColumn(column) {
            private boolean[] batch = {};

            @Override
            void take() {
              batch = column.getBooleans();
            }

            @Override
            boolean isNumber() {
              return false;
            }

            @Override
            int write(int row, CsvText out, int at) {
              return out.character(at, batch[row] ? '1' : '0');
            }
          };
      default ->
          new ParquetColumn(column) {
            private byte[] bytes = {};
            private int[] offsets = {};

            @Override
            void take() {
              bytes = column.getBinaryValues();
              offsets = column.getBinaryOffsets();
            }

            @Override
            boolean isNumber() {
              return false;
            }

            @Override
            int write(int row, CsvText out, int at) {
              out.end(at);
              out.text(bytes, offsets[row], offsets[row + 1]);
              return out.reserve(rowBytes);
            }
          };
    };
  }

  private static long perSecond(@Nullable LogicalType type) {
    if (!(type instanceof LogicalType.TimestampType time)) {
      return 1;
    }
    return switch (time.unit()) {
      case MILLIS -> 1_000L;
      case MICROS -> 1_000_000L;
      case NANOS -> 1_000_000_000L;
    };
  }
}
