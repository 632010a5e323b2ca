package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;

/// One record batch of an [ArrowFile]. Its column buffers are slices of the mapped file.
///
/// Nested columns are addressed by path: `vector.item`, `ratings.item.rating`.
public final class RecordBatch {
  private final Place place;
  private final int rows;
  private final String file;
  private final Map<String, MemorySegment> data;
  private final Map<String, Column.Type> types;
  private final Map<String, MemorySegment> offsets;
  private final Map<String, Long> offsetLimits;

  private RecordBatch(Parser parser, Place place, int rows) {
    this.place = place;
    this.rows = rows;
    this.file = parser.file;
    this.data = Map.copyOf(parser.data);
    this.types = Map.copyOf(parser.types);
    this.offsets = Map.copyOf(parser.offsets);
    this.offsetLimits = Map.copyOf(parser.offsetLimits);
  }

  /// Returns the batch's index in its file, from 0.
  public int index() {
    return place.index;
  }

  /// Returns the number of rows in earlier batches.
  public long firstRow() {
    return place.firstRow;
  }

  /// Returns the number of rows in this batch.
  public int rows() {
    return rows;
  }

  /// Returns the offset of the batch's message in its file, in bytes.
  public long offset() {
    return place.offset;
  }

  /// Returns the length of the batch's message, in bytes. [ArrowFile#batch] reads the batch from this
  /// length and [#offset].
  public long byteSize() {
    return place.byteSize;
  }

  /// Returns a column of 32-bit integers.
  ///
  /// @throws IllegalArgumentException when there is no such column, or it is of another type
  public IntColumn ints(String path) {
    return new IntColumn(typed(path, Column.Type.INT32));
  }

  /// Returns a column of 64-bit integers.
  ///
  /// @throws IllegalArgumentException when there is no such column, or it is of another type
  public LongColumn longs(String path) {
    return new LongColumn(typed(path, Column.Type.INT64));
  }

  /// Returns a column of single-precision floats.
  ///
  /// @throws IllegalArgumentException when there is no such column, or it is of another type
  public FloatColumn floats(String path) {
    return new FloatColumn(typed(path, Column.Type.FLOAT32));
  }

  private MemorySegment typed(String path, Column.Type type) {
    MemorySegment values = known(data, path);
    if (types.get(path) != type) {
      throw new IllegalArgumentException(
          "column " + path + " has the type " + types.get(path) + ", not " + type);
    }
    return values;
  }

  /// Returns the buffer of a column: the values of a numeric one, 4 or 8 bytes each, little endian, or the UTF-8 bytes
  /// of a text column.
  ///
  /// @throws IllegalArgumentException when there is no such column
  public MemorySegment data(String path) {
    return known(data, path);
  }

  /// Returns the `rows + 1` int32 offsets of a list or text column, after checking that they ascend and
  /// stay within the child.
  ///
  /// @throws IllegalArgumentException when there is no such column
  /// @throws MalformedFileException when the offsets are damaged
  public IntColumn offsets(String path) throws MalformedFileException {
    MemorySegment segment = known(offsets, path);
    long limit = known(offsetLimits, path);
    int previous = 0;
    int[] bounds =
        segment.toArray(Buffers.INT32); // faster to iterate, most of all before JIT compilation
    for (int row = 0; row < bounds.length; row++) {
      int offset = bounds[row];
      if (offset < previous || offset > limit) {
        throw new MalformedFileException(
            file,
            where(place.index, path)
                + ": offset "
                + offset
                + " of row "
                + row
                + " is outside "
                + previous
                + ".."
                + limit);
      }
      previous = offset;
    }
    return new IntColumn(segment);
  }

  /// Decodes the values of a text column.
  public String[] texts(String path) throws MalformedFileException {
    IntColumn bounds = offsets(path);
    MemorySegment bytes = data(path);
    String[] texts = new String[Math.max(0, bounds.size() - 1)];
    for (int i = 0; i < texts.length; i++) {
      int from = bounds.get(i);
      int to = bounds.get(i + 1);
      texts[i] =
          new String(
              bytes.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE),
              StandardCharsets.UTF_8);
    }
    return texts;
  }

  /// Where a record batch stands.
  ///
  /// @param index its index in the file, from 0
  /// @param firstRow rows in earlier batches
  /// @param offset of its message in the file, in bytes
  /// @param byteSize of its message: metadata and body
  record Place(int index, long firstRow, long offset, long byteSize) {}

  /// Parses a batch.
  ///
  /// @param body the message without its metadata
  /// @param file the file's name in error messages
  static RecordBatch parse(
      org.apache.arrow.flatbuf.RecordBatch header,
      MemorySegment body,
      Place place,
      List<Column> columns,
      String file)
      throws MalformedFileException {
    long rows = header.length();
    if (rows < 0 || rows > Integer.MAX_VALUE) {
      throw new MalformedFileException(file, "record batch " + place.index + ": " + rows + " rows");
    }
    long bodyOffset = place.offset + place.byteSize - body.byteSize();
    Parser parser = new Parser(header, body, bodyOffset, place.index, file);
    for (Column column : columns) {
      parser.read(column, "", rows);
    }
    return new RecordBatch(parser, place, (int) rows);
  }

  private static String where(int index, String path) {
    return "record batch " + index + ", column '" + path + "'";
  }

  private static <V> V known(Map<String, V> values, String path) {
    V value = values.get(path);
    if (value == null) {
      throw new IllegalArgumentException("no such column: " + path);
    }
    return value;
  }

  /// Walks the columns in file order, taking a field node and buffers for each.
  private static final class Parser {
    private final org.apache.arrow.flatbuf.RecordBatch header;
    private final MemorySegment body;
    private final long bodyOffset;
    private final int index;
    private final String file;
    private final Map<String, MemorySegment> data = new HashMap<>();
    private final Map<String, Column.Type> types = new HashMap<>();
    private final Map<String, MemorySegment> offsets = new HashMap<>();
    private final Map<String, Long> offsetLimits = new HashMap<>();
    private int nextNode;
    private int nextBuffer;

    Parser(
        org.apache.arrow.flatbuf.RecordBatch header,
        MemorySegment body,
        long bodyOffset,
        int index,
        String file) {
      this.header = header;
      this.body = body;
      this.bodyOffset = bodyOffset;
      this.index = index;
      this.file = file;
    }

    void read(Column column, String prefix, long expectedRows) throws MalformedFileException {
      String path = prefix + column.name();
      types.put(path, column.type());
      if (nextNode >= header.nodesLength()) {
        throw malformed(path, "no field node");
      }
      FieldNode node = header.nodes(nextNode++);
      long rows = node.length();
      if (expectedRows >= 0 && rows != expectedRows) {
        throw malformed(path, rows + " rows, expected " + expectedRows);
      }
      if (rows < 0 || rows > Integer.MAX_VALUE) {
        throw malformed(path, rows + " rows");
      }
      if (node.nullCount() != 0) {
        throw malformed(path, node.nullCount() + " nulls; nulls are not supported");
      }
      nextBuffer++; // skip the validity bitmap
      if (column.type().hasOffsets) {
        // An empty column may omit its offsets.
        MemorySegment segment = buffer(path, rows == 0 ? 0 : (rows + 1) * Integer.BYTES);
        offsets.put(path, segment);
      }
      if (column.type() == Column.Type.UTF8) {
        MemorySegment bytes = buffer(path, -1);
        data.put(path, bytes);
        offsetLimits.put(path, bytes.byteSize());
      } else if (column.type().hasData()) {
        data.put(path, buffer(path, rows * column.type().width));
      }
      long childRows =
          switch (column.type()) {
            case FIXED_SIZE_LIST -> rows * column.listSize();
            case STRUCT -> rows;
            default -> -1;
          };
      if (column.type() == Column.Type.LIST && nextNode < header.nodesLength()) {
        offsetLimits.put(path, header.nodes(nextNode).length());
      }
      for (Column child : column.children()) {
        read(child, path + ".", childRows);
      }
    }

    /// Returns the next buffer: `length` bytes, or its own length if `length` is -1.
    private MemorySegment buffer(String path, long length) throws MalformedFileException {
      if (nextBuffer >= header.buffersLength()) {
        throw malformed(path, "no buffer");
      }
      Buffer buffer = header.buffers(nextBuffer++);
      long offset = buffer.offset();
      long claimed = buffer.length();
      long required = length < 0 ? claimed : length;
      if (offset < 0
          || claimed < required
          || required < 0
          || offset > body.byteSize()
          || required > body.byteSize() - offset) {
        throw malformed(
            path,
            "offset "
                + (bodyOffset + offset)
                + ": a buffer of "
                + claimed
                + " bytes, expected "
                + required
                + " within the batch's "
                + body.byteSize());
      }
      return body.asSlice(offset, required);
    }

    private MalformedFileException malformed(String path, String problem) {
      return new MalformedFileException(file, where(index, path) + ": " + problem);
    }
  }
}
