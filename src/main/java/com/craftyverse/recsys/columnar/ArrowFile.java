package com.craftyverse.recsys.columnar;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/// A memory-mapped Arrow IPC file. Its record batches expose columns as slices, without copying.
///
/// ```java
/// try (ArrowFile ratings = ArrowFile.open(path, "ratings.arrow")) {
///   ratings.require(List.of(Column.int32("userId"), Column.float32("rating")));
///   for (RecordBatch batch : ratings.batches()) {
///     MemorySegment users = batch.data("userId"); // int32[batch.rows()]
///   }
/// }
/// ```
///
/// Slices stay valid until [#close] and may be read from any thread. Reading one after that throws
/// `IllegalStateException`. Buffers are aligned to at least 8 bytes.
public final class ArrowFile implements Closeable {
  private static final int MAGIC_LENGTH = ArrowFileWriter.MAGIC.length;

  /// Magic at both ends, padding and the footer length.
  private static final int MIN_FILE_BYTES = MAGIC_LENGTH + 2 + Integer.BYTES + MAGIC_LENGTH;

  private static final int DEEPEST_NESTING = 8;

  private final String name;
  private final Closeable resources;
  private final MemorySegment file;
  private final List<Column> columns;
  private final Map<String, String> metadata;
  private final List<RecordBatch> batches;
  private final long rows;

  private ArrowFile(
      String name,
      Closeable resources,
      MemorySegment file,
      List<Column> columns,
      Map<String, String> metadata,
      List<RecordBatch> batches,
      long rows) {
    this.name = name;
    this.resources = resources;
    this.file = file;
    this.columns = List.copyOf(columns);
    this.metadata = metadata;
    this.batches = List.copyOf(batches);
    this.rows = rows;
  }

  /// Maps a file and validates its footer and the metadata of every record batch.
  ///
  /// @param name the file's name in error messages
  /// @throws MalformedFileException when it is not an uncompressed Arrow IPC file without nulls, has a type
  ///     not in [Column.Type], or contains an offset outside the file
  public static ArrowFile open(Path path, String name) throws IOException {
    return open(path, name, () -> {});
  }

  /// Maps and validates a file as [#open(Path, String)] does. Closing it also closes `source`, after the file is
  /// unmapped; when it cannot be opened, `source` stays open.
  @SuppressWarnings("MustBeClosedChecker") // closed by #close
  public static ArrowFile open(Path path, String name, Closeable source) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      Closeable resources =
          () -> {
            arena.close();
            source.close();
          };
      return parse(file, name, resources);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// Reads a file from memory. Its columns are slices of `bytes`, and it need not be closed.
  ///
  /// @param name the file's name in error messages
  /// @throws MalformedFileException as [#open] does
  @SuppressWarnings("MustBeClosedChecker")
  public static ArrowFile of(byte[] bytes, String name) throws MalformedFileException {
    return parse(MemorySegment.ofArray(bytes), name, () -> {});
  }

  /// Returns a slice's offset in the file, in bytes.
  public long offsetOf(MemorySegment slice) {
    return slice.address() - file.address();
  }

  /// Returns the columns in file order.
  public List<Column> columns() {
    return columns;
  }

  /// Returns the schema's custom metadata.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// Returns the record batches in file order.
  public List<RecordBatch> batches() {
    return batches;
  }

  /// Returns the number of rows in all record batches.
  public long rows() {
    return rows;
  }

  /// Requires that the file's columns are exactly `expected`, in that order.
  ///
  /// @throws MalformedFileException naming the first column that differs
  public void require(List<Column> expected) throws MalformedFileException {
    for (int i = 0; i < Math.max(columns.size(), expected.size()); i++) {
      if (i == columns.size()) {
        throw malformed("column '" + expected.get(i).name() + "' is missing");
      }
      if (i == expected.size()) {
        throw malformed("column '" + columns.get(i).name() + "' is unexpected");
      }
      Column found = columns.get(i);
      Column required = expected.get(i);
      if (!found.name().equals(required.name()) || !found.describe().equals(required.describe())) {
        throw malformed(
            "column "
                + (i + 1)
                + " is '"
                + found.name()
                + "' ("
                + found.describe()
                + "), expected '"
                + required.name()
                + "' ("
                + required.describe()
                + ")");
      }
    }
  }

  /// Returns a value of the schema's custom metadata.
  ///
  /// @throws MalformedFileException when the file does not have that key
  public String requireMetadata(String key) throws MalformedFileException {
    String value = metadata.get(key);
    if (value == null) {
      throw malformed("metadata '" + key + "' is missing");
    }
    return value;
  }

  /// Returns an error about this file, for callers that find invalid values in it.
  public MalformedFileException malformed(String problem) {
    return new MalformedFileException(name, problem);
  }

  /// Unmaps the file and closes what it was opened from.
  @Override
  public void close() throws IOException {
    resources.close();
  }

  @Override
  public String toString() {
    return name + " (" + rows + " rows in " + batches.size() + " record batches)";
  }

  private static ArrowFile parse(MemorySegment file, String name, Closeable resources)
      throws MalformedFileException {
    long size = file.byteSize();
    if (size < MIN_FILE_BYTES) {
      throw new MalformedFileException(
          name, size + " bytes are too few for an Arrow file; the file is empty or truncated");
    }
    requireMagic(file, 0, name);
    requireMagic(file, size - MAGIC_LENGTH, name);
    long footerLengthAt = size - MAGIC_LENGTH - Integer.BYTES;
    long footerLength = file.get(Buffers.INT32, footerLengthAt);
    if (footerLength <= 0 || footerLength > footerLengthAt - MAGIC_LENGTH) {
      throw new MalformedFileException(
          name,
          "offset "
              + footerLengthAt
              + ": footer length "
              + footerLength
              + " does not fit a file of "
              + size
              + " bytes");
    }
    long footerAt = footerLengthAt - footerLength;
    // The footer is untrusted. Flatbuffers throw when an offset leads outside their buffer; offsets
    // into
    // the file are checked below.
    try {
      Footer footer = Footer.getRootAsFooter(bytes(file, footerAt, footerLength));
      Schema schema = footer.schema();
      if (schema == null) {
        throw new MalformedFileException(name, "offset " + footerAt + ": the footer has no schema");
      }
      if (schema.endianness() != Endianness.Little) {
        throw new MalformedFileException(
            name, "big-endian files are not supported; write it little-endian");
      }
      if (footer.dictionariesLength() > 0) {
        throw new MalformedFileException(name, "dictionary-encoded columns are not supported");
      }
      List<Column> columns = new ArrayList<>();
      int fields = checkedCount(schema.fieldsLength(), footerLength, name, "columns");
      for (int i = 0; i < fields; i++) {
        columns.add(column(schema.fields(i), name, 0));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      int entries =
          checkedCount(schema.customMetadataLength(), footerLength, name, "metadata entries");
      for (int i = 0; i < entries; i++) {
        KeyValue entry = schema.customMetadata(i);
        metadata.put(
            Objects.requireNonNullElse(entry.key(), ""),
            Objects.requireNonNullElse(entry.value(), ""));
      }
      List<RecordBatch> batches = new ArrayList<>();
      long rows = 0;
      int count = checkedCount(footer.recordBatchesLength(), footerLength, name, "record batches");
      for (int i = 0; i < count; i++) {
        RecordBatch batch = batch(file, footer.recordBatches(i), footerAt, columns, i, rows, name);
        batches.add(batch);
        rows = Math.addExact(rows, batch.rows());
      }
      return new ArrowFile(name, resources, file, columns, Map.copyOf(metadata), batches, rows);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      throw new MalformedFileException(
          name, "offset " + footerAt + ": the metadata is damaged (" + e.getMessage() + ")");
    }
  }

  private static RecordBatch batch(
      MemorySegment file,
      Block block,
      long limit,
      List<Column> columns,
      int index,
      long firstRow,
      String name)
      throws MalformedFileException {
    String where = "record batch " + index;
    long offset = block.offset();
    long metadataLength = block.metaDataLength();
    long bodyLength = block.bodyLength();
    if (offset < MAGIC_LENGTH
        || metadataLength < 8
        || bodyLength < 0
        || offset > limit
        || metadataLength > limit - offset
        || bodyLength > limit - offset - metadataLength) {
      throw new MalformedFileException(
          name,
          where
              + ": offset "
              + offset
              + " with "
              + metadataLength
              + " + "
              + bodyLength
              + " bytes lies outside the file");
    }
    MemorySegment message = file.asSlice(offset, metadataLength + bodyLength);
    return message(message, metadataLength, offset, columns, index, firstRow, name);
  }

  /// Reads a record batch message: a prefix of 8 bytes, the metadata, the body.
  ///
  /// @param metadataLength bytes of prefix and metadata; the caller has checked that they lie in the file
  private static RecordBatch message(
      MemorySegment segment,
      long metadataLength,
      long offset,
      List<Column> columns,
      int index,
      long firstRow,
      String name)
      throws MalformedFileException {
    String where = "record batch " + index;
    if (segment.get(Buffers.INT32, 0) != 0xFFFFFFFF) {
      throw new MalformedFileException(
          name, where + ": offset " + offset + ": no message starts here");
    }
    Message message = Message.getRootAsMessage(bytes(segment, 8, metadataLength - 8));
    if (message.headerType() != MessageHeader.RecordBatch) {
      throw new MalformedFileException(
          name, where + ": offset " + offset + ": the message is not a record batch");
    }
    var header =
        present(
            (org.apache.arrow.flatbuf.RecordBatch)
                message.header(new org.apache.arrow.flatbuf.RecordBatch()),
            name,
            where + ": offset " + offset + ": the message is empty");
    if (header.compression() != null) {
      throw new MalformedFileException(
          name, where + ": compressed bodies are not supported; write the file uncompressed");
    }
    return RecordBatch.parse(
        header,
        segment.asSlice(metadataLength),
        new RecordBatch.Place(index, firstRow, offset, segment.byteSize()),
        columns,
        name);
  }

  /// Reads one record batch from the [RecordBatch#byteSize] bytes at its [RecordBatch#offset]. This lets a
  /// reader of a remote file fetch only the rows it needs.
  ///
  /// @param columns the file's columns
  /// @param name the file's name in error messages
  /// @throws MalformedFileException when the bytes are not a record batch message
  public static RecordBatch batch(
      byte[] message, List<Column> columns, int index, long firstRow, long offset, String name)
      throws MalformedFileException {
    MemorySegment segment = MemorySegment.ofArray(message);
    long metadataLength = message.length < 8 ? 0 : 8L + segment.get(Buffers.INT32, 4);
    if (metadataLength <= 8 || metadataLength > message.length) {
      throw new MalformedFileException(
          name, "record batch " + index + ": offset " + offset + ": no message starts here");
    }
    try {
      return message(segment, metadataLength, offset, columns, index, firstRow, name);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      throw new MalformedFileException(
          name,
          "record batch "
              + index
              + ": offset "
              + offset
              + ": the metadata is damaged ("
              + e.getMessage()
              + ")");
    }
  }

  private static Column column(Field field, String name, int depth) throws MalformedFileException {
    String fieldName = Objects.requireNonNullElse(field.name(), "");
    if (depth > DEEPEST_NESTING) {
      throw new MalformedFileException(name, "column '" + fieldName + "' is nested too deeply");
    }
    if (field.dictionary() != null) {
      throw new MalformedFileException(
          name, "column '" + fieldName + "' is dictionary-encoded, which is not supported");
    }
    List<Column> children = new ArrayList<>();
    int count = checkedCount(field.childrenLength(), 1 << 16, name, "children");
    for (int i = 0; i < count; i++) {
      children.add(column(field.children(i), name, depth + 1));
    }
    String noType = "column '" + fieldName + "' does not specify its width";
    switch (field.typeType()) {
      case org.apache.arrow.flatbuf.Type.Int -> {
        Int type = present((Int) field.type(new Int()), name, noType);
        if (type.isSigned() && type.bitWidth() == 32) {
          return new Column(fieldName, Column.Type.INT32, 0, children);
        }
        if (type.isSigned() && type.bitWidth() == 64) {
          return new Column(fieldName, Column.Type.INT64, 0, children);
        }
      }
      case org.apache.arrow.flatbuf.Type.FloatingPoint -> {
        FloatingPoint type = present((FloatingPoint) field.type(new FloatingPoint()), name, noType);
        if (type.precision() == Precision.SINGLE) {
          return new Column(fieldName, Column.Type.FLOAT32, 0, children);
        }
      }
      case org.apache.arrow.flatbuf.Type.Utf8 -> {
        return new Column(fieldName, Column.Type.UTF8, 0, children);
      }
      case org.apache.arrow.flatbuf.Type.List -> {
        return new Column(fieldName, Column.Type.LIST, 0, children);
      }
      case org.apache.arrow.flatbuf.Type.FixedSizeList -> {
        FixedSizeList type = present((FixedSizeList) field.type(new FixedSizeList()), name, noType);
        return new Column(fieldName, Column.Type.FIXED_SIZE_LIST, type.listSize(), children);
      }
      case org.apache.arrow.flatbuf.Type.Struct_ -> {
        return new Column(fieldName, Column.Type.STRUCT, 0, children);
      }
      default -> {}
    }
    throw new MalformedFileException(
        name,
        "column '"
            + fieldName
            + "' has an unsupported type (Arrow type "
            + org.apache.arrow.flatbuf.Type.name(field.typeType())
            + ")");
  }

  /// Returns a part of the metadata after checking that it is present: flatbuffers return null where a
  /// damaged file lacks it.
  private static <T> T present(@Nullable T part, String name, String problem)
      throws MalformedFileException {
    if (part == null) {
      throw new MalformedFileException(name, problem);
    }
    return part;
  }

  private static int checkedCount(int count, long limit, String name, String item)
      throws MalformedFileException {
    if (count < 0 || count > limit) {
      throw new MalformedFileException(name, "the footer claims " + count + " " + item);
    }
    return count;
  }

  private static void requireMagic(MemorySegment file, long offset, String name)
      throws MalformedFileException {
    for (int i = 0; i < MAGIC_LENGTH; i++) {
      if (file.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + i)
          != ArrowFileWriter.MAGIC[i]) {
        throw new MalformedFileException(
            name,
            "offset " + offset + ": no Arrow magic; the file is truncated or not an Arrow file");
      }
    }
  }

  private static ByteBuffer bytes(MemorySegment file, long offset, long length) {
    return file.asSlice(offset, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
