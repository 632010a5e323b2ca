package com.craftyverse.recsys.columnar;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Utf8;
import org.jspecify.annotations.Nullable;

/// Writes an Arrow IPC file one record batch at a time. [#close] writes the footer; before that, no reader
/// accepts the file.
///
/// ```java
/// try (var writer = ArrowFileWriter.create(path, List.of(int32("userId"), utf8("title")), Map.of())) {
///   Buffers.Text titles = Buffers.text(List.of("Heat", "Alien"));
///   writer.writeBatch(2, Buffers.of(new int[] {1, 2}, 2), titles.offsets(), titles.data());
/// }
/// ```
///
/// Follows the Arrow columnar format 1.5, "IPC File Format". Not thread-safe.
public final class ArrowFileWriter implements AutoCloseable {
  static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1'};

  /// Alignment of buffers and messages, sufficient for any vector width.
  private static final int ALIGNMENT = 64;

  private static final int STAGING_BYTES = 1 << 18;

  /// Where a message lies in the file: its offset, the bytes of its metadata including the prefix, the
  /// bytes of its body.
  private record Placement(long offset, int metadataLength, long bodyLength) {}

  private final Path path;
  private final FileChannel channel;
  private final List<Column> columns;
  private final Map<String, String> metadata;
  private final List<Placement> batches = new ArrayList<>();
  private final ByteBuffer staging =
      ByteBuffer.allocateDirect(STAGING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final MemorySegment stagingSegment = MemorySegment.ofBuffer(staging);
  private long position;
  private boolean closed;

  private ArrowFileWriter(
      Path path, FileChannel channel, List<Column> columns, Map<String, String> metadata) {
    this.path = path;
    this.channel = channel;
    this.columns = List.copyOf(columns);
    this.metadata = Map.copyOf(metadata);
  }

  /// Creates a file, replacing an existing one.
  ///
  /// @param metadata the schema's custom metadata
  public static ArrowFileWriter create(
      Path path, List<Column> columns, Map<String, String> metadata) throws IOException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new IOException("cannot write Arrow files on a big-endian machine");
    }
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    ArrowFileWriter writer = new ArrowFileWriter(path, channel, columns, metadata);
    try {
      // Do not use TRUNCATE_EXISTING: ext4 writes a file truncated by it, even an empty one, to
      // disk while close waits.
      if (channel.size() > 0) {
        channel.truncate(0);
      }
      writer.writeHeader();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return writer;
  }

  /// Appends a record batch.
  ///
  /// @param rows number of rows, the same for every column
  /// @param buffers the buffers of each column in order: offsets, then data, then the children's buffers.
  ///     Validity bitmaps are omitted
  /// @throws IllegalArgumentException when a buffer's length does not fit the rows
  public void writeBatch(int rows, MemorySegment... buffers) throws IOException {
    BatchLayout layout = new BatchLayout(buffers);
    for (Column column : columns) {
      layout.add(column, rows);
    }
    layout.requireAllUsed();

    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    RecordBatch.startNodesVector(builder, layout.nodeLengths.size());
    for (int i = layout.nodeLengths.size() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, layout.nodeLengths.get(i), 0);
    }
    int nodes = builder.endVector();
    RecordBatch.startBuffersVector(builder, layout.bodyBuffers.size());
    for (int i = layout.bodyBuffers.size() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, layout.offsets.get(i), layout.length(i));
    }
    int bodyBuffers = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, bodyBuffers);
    int batch = RecordBatch.endRecordBatch(builder);
    int message =
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.RecordBatch, batch, layout.bodyLength, 0);
    builder.finish(message);

    long start = position;
    int metadataLength = writeMessage(builder.dataBuffer());
    for (MemorySegment buffer : layout.bodyBuffers) {
      if (buffer != null) {
        write(buffer);
        pad(ALIGNMENT);
      }
    }
    batches.add(new Placement(start, metadataLength, layout.bodyLength));
  }

  /// Writes the footer and closes the file.
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (channel) {
      staging.clear();
      stagingPut(0xFFFFFFFF);
      stagingPut(0);
      flushStaging();

      FlatBufferBuilder builder = new FlatBufferBuilder(1024);
      int schema = schema(builder);
      Footer.startRecordBatchesVector(builder, batches.size());
      for (int i = batches.size() - 1; i >= 0; i--) {
        Placement p = batches.get(i);
        Block.createBlock(builder, p.offset, p.metadataLength, p.bodyLength);
      }
      int recordBatches = builder.endVector();
      Footer.startDictionariesVector(builder, 0);
      int dictionaries = builder.endVector();
      builder.finish(
          Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, recordBatches, 0));
      ByteBuffer footer = builder.dataBuffer();
      int footerLength = footer.remaining();
      write(MemorySegment.ofBuffer(footer));
      stagingPut(footerLength);
      staging.put(MAGIC);
      flushStaging();
    }
  }

  @Override
  public String toString() {
    return path + " (" + batches.size() + " record batches)";
  }

  private void writeHeader() throws IOException {
    staging.put(MAGIC);
    flushStaging();
    pad(8);
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    int message =
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.Schema, schema(builder), 0, 0);
    builder.finish(message);
    writeMessage(builder.dataBuffer());
  }

  /// Writes the continuation marker, length and metadata, padded to align the body.
  private int writeMessage(ByteBuffer flatbuffer) throws IOException {
    long bodyStart = align(position + 8 + flatbuffer.remaining(), ALIGNMENT);
    int metadataLength = (int) (bodyStart - position);
    stagingPut(0xFFFFFFFF);
    stagingPut(metadataLength - 8);
    flushStaging();
    write(MemorySegment.ofBuffer(flatbuffer));
    pad(ALIGNMENT);
    return metadataLength;
  }

  private int schema(FlatBufferBuilder builder) {
    int[] fields = new int[columns.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = field(builder, columns.get(i));
    }
    int fieldVector = Schema.createFieldsVector(builder, fields);
    int[] entries =
        metadata.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .mapToInt(
                e ->
                    KeyValue.createKeyValue(
                        builder,
                        builder.createString(e.getKey()),
                        builder.createString(e.getValue())))
            .toArray();
    int metadataVector = Schema.createCustomMetadataVector(builder, entries);
    return Schema.createSchema(builder, Endianness.Little, fieldVector, metadataVector, 0);
  }

  private static int field(FlatBufferBuilder builder, Column column) {
    int[] children = new int[column.children().size()];
    for (int i = 0; i < children.length; i++) {
      children[i] = field(builder, column.children().get(i));
    }
    int name = builder.createString(column.name());
    int childVector = Field.createChildrenVector(builder, children);
    byte typeType;
    int type;
    switch (column.type()) {
      case INT32, INT64 -> {
        typeType = org.apache.arrow.flatbuf.Type.Int;
        type = Int.createInt(builder, column.type().width * Byte.SIZE, true);
      }
      case FLOAT32 -> {
        typeType = org.apache.arrow.flatbuf.Type.FloatingPoint;
        type = FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
      }
      case UTF8 -> {
        typeType = org.apache.arrow.flatbuf.Type.Utf8;
        Utf8.startUtf8(builder);
        type = Utf8.endUtf8(builder);
      }
      case LIST -> {
        typeType = org.apache.arrow.flatbuf.Type.List;
        org.apache.arrow.flatbuf.List.startList(builder);
        type = org.apache.arrow.flatbuf.List.endList(builder);
      }
      case FIXED_SIZE_LIST -> {
        typeType = org.apache.arrow.flatbuf.Type.FixedSizeList;
        type = FixedSizeList.createFixedSizeList(builder, column.listSize());
      }
      case STRUCT -> {
        typeType = org.apache.arrow.flatbuf.Type.Struct_;
        Struct_.startStruct_(builder);
        type = Struct_.endStruct_(builder);
      }
      default -> throw new AssertionError(column.type());
    }
    return Field.createField(builder, name, false, typeType, type, 0, childVector, 0);
  }

  /// Copies through one direct buffer, because a channel does not accept heap segments other than byte
  /// arrays.
  private void write(MemorySegment segment) throws IOException {
    long written = 0;
    while (written < segment.byteSize()) {
      long length = Math.min(STAGING_BYTES, segment.byteSize() - written);
      MemorySegment.copy(segment, written, stagingSegment, 0, length);
      staging.clear().limit((int) length);
      drain();
      written += length;
    }
    staging.clear();
  }

  private void stagingPut(int value) {
    staging.putInt(value);
  }

  private void flushStaging() throws IOException {
    staging.flip();
    drain();
    staging.clear();
  }

  private void drain() throws IOException {
    while (staging.hasRemaining()) {
      position += channel.write(staging);
    }
  }

  private void pad(int alignment) throws IOException {
    for (long i = align(position, alignment) - position; i > 0; i--) {
      staging.put((byte) 0);
    }
    flushStaging();
  }

  private static long align(long value, int alignment) {
    return (value + alignment - 1) / alignment * alignment;
  }

  /// The field nodes and buffers of one record batch, and each buffer's offset in the body.
  private static final class BatchLayout {
    private final MemorySegment[] buffers;
    private int next;
    final List<Long> nodeLengths = new ArrayList<>();
    final List<@Nullable MemorySegment> bodyBuffers = new ArrayList<>();
    final List<Long> offsets = new ArrayList<>();
    long bodyLength;

    BatchLayout(MemorySegment[] buffers) {
      this.buffers = buffers;
    }

    void add(Column column, long rows) {
      nodeLengths.add(rows);
      append(null);
      long childRows = rows;
      if (column.type().hasOffsets) {
        MemorySegment offsetBuffer = addNext(column, "offsets", (rows + 1) * Integer.BYTES);
        childRows = offsetBuffer.get(Buffers.INT32, rows * Integer.BYTES);
      }
      if (column.type() == Column.Type.FIXED_SIZE_LIST) {
        childRows = rows * column.listSize();
      }
      if (column.type().hasData()) {
        addNext(column, "data", childRows * column.type().width);
      }
      for (Column child : column.children()) {
        add(child, childRows);
      }
    }

    void requireAllUsed() {
      if (next != buffers.length) {
        throw new IllegalArgumentException(buffers.length + " buffers given, expected " + next);
      }
    }

    long length(int buffer) {
      MemorySegment segment = bodyBuffers.get(buffer);
      return segment == null ? 0 : segment.byteSize();
    }

    private MemorySegment addNext(Column column, String role, long bytes) {
      if (next == buffers.length) {
        throw new IllegalArgumentException("no buffer for the " + role + " of " + column.name());
      }
      MemorySegment buffer = buffers[next++];
      if (buffer.byteSize() != bytes) {
        throw new IllegalArgumentException(
            role + " of " + column.name() + ": " + buffer.byteSize() + " bytes, expected " + bytes);
      }
      append(buffer);
      return buffer;
    }

    private void append(@Nullable MemorySegment buffer) {
      bodyBuffers.add(buffer);
      offsets.add(bodyLength);
      bodyLength += buffer == null ? 0 : align(buffer.byteSize(), ALIGNMENT);
    }
  }
}
