package com.craftyverse.recsys.spark;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/// A record batch in the making. Values are added row by row; [#write] writes the batch as a message of an
/// Arrow file and empties it.
///
/// A message takes a multiple of 64 bytes, so messages stay aligned in whatever order parts of a file are
/// put together.
final class Batch {
  static final int ALIGNMENT = 64;

  private final List<Values> columns = new ArrayList<>();
  private int rows;

  Batch(List<Column> columns) {
    columns.forEach(column -> this.columns.add(new Values(column)));
  }

  /// Returns the values of a column, to add to.
  Values column(int index) {
    return columns.get(index);
  }

  /// Counts a row whose values were added.
  void endRow() {
    rows++;
  }

  int rows() {
    return rows;
  }

  /// The values of a column, and of its children.
  static final class Values {
    private final Column column;
    private final List<Values> children = new ArrayList<>();
    private ByteBuffer data = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private ByteBuffer offsets = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private int count;

    private Values(Column column) {
      this.column = column;
      column.children().forEach(child -> children.add(new Values(child)));
      clear();
    }

    private void clear() {
      data.clear();
      offsets.clear();
      count = 0;
      if (hasOffsets()) {
        offsets.putInt(0);
      }
      children.forEach(Values::clear);
    }

    private boolean hasOffsets() {
      return column.kind() == Column.Kind.UTF8 || column.kind() == Column.Kind.LIST;
    }

    private boolean hasData() {
      return switch (column.kind()) {
        case LIST, VECTOR, STRUCT -> false;
        default -> true;
      };
    }

    Values child(int index) {
      return children.get(index);
    }

    void add(int value) {
      data = reserve(data, Integer.BYTES).putInt(value);
      count++;
    }

    void add(long value) {
      data = reserve(data, Long.BYTES).putLong(value);
      count++;
    }

    void add(float value) {
      data = reserve(data, Float.BYTES).putFloat(value);
      count++;
    }

    void add(String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      data = reserve(data, bytes.length).put(bytes);
      count++;
      offsets = reserve(offsets, Integer.BYTES).putInt(data.position());
    }

    /// Ends a list whose elements were added to the child, or a vector, or a record.
    void end() {
      count++;
      if (column.kind() == Column.Kind.LIST) {
        offsets = reserve(offsets, Integer.BYTES).putInt(children.get(0).count);
      }
    }

    private static ByteBuffer reserve(ByteBuffer buffer, int more) {
      if (buffer.remaining() >= more) {
        return buffer;
      }
      int needed = Math.addExact(buffer.position(), more);
      int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * needed));
      return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }

    private void collect(List<Values> nodes, List<ByteBuffer> buffers) {
      nodes.add(this);
      buffers.add(null); // no validity bitmap, because nothing is null
      if (hasOffsets()) {
        buffers.add(offsets);
      }
      if (hasData()) {
        buffers.add(data);
      }
      children.forEach(child -> child.collect(nodes, buffers));
    }
  }

  /// Where the parts of a written batch lie.
  ///
  /// @param metadata bytes of the message before its body
  /// @param body bytes of the body
  record Placement(int metadata, long body) implements java.io.Serializable {
    long bytes() {
      return metadata + body;
    }
  }

  /// Writes the batch and empties it.
  Placement write(OutputStream output) throws IOException {
    List<Values> nodes = new ArrayList<>();
    List<ByteBuffer> buffers = new ArrayList<>();
    columns.forEach(column -> column.collect(nodes, buffers));
    long[] offsets = new long[buffers.size()];
    long body = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = body;
      body += aligned(length(buffers.get(i)));
    }
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    RecordBatch.startNodesVector(builder, nodes.size());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, nodes.get(i).count, 0);
    }
    int nodeVector = builder.endVector();
    RecordBatch.startBuffersVector(builder, offsets.length);
    for (int i = offsets.length - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, offsets[i], length(buffers.get(i)));
    }
    int bufferVector = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodeVector);
    RecordBatch.addBuffers(builder, bufferVector);
    int batch = RecordBatch.endRecordBatch(builder);
    builder.finish(
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.RecordBatch, batch, body, 0));
    int metadata = writeMessage(builder, output, 0);
    for (ByteBuffer buffer : buffers) {
      if (buffer != null) {
        output.write(buffer.array(), 0, buffer.position());
        pad(output, buffer.position());
      }
    }
    columns.forEach(Values::clear);
    rows = 0;
    return new Placement(metadata, body);
  }

  private static int length(ByteBuffer buffer) {
    return buffer == null ? 0 : buffer.position();
  }

  /// Writes a message without a body, padded so that what follows is aligned.
  ///
  /// @param before bytes written before it
  /// @return its length
  static int writeMessage(FlatBufferBuilder builder, OutputStream output, int before)
      throws IOException {
    byte[] message = builder.sizedByteArray();
    int end = (int) aligned(before + 2L * Integer.BYTES + message.length);
    ByteBuffer bytes = ByteBuffer.allocate(end - before).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(-1).putInt(end - before - 2 * Integer.BYTES).put(message);
    output.write(bytes.array());
    return end - before;
  }

  static long aligned(long length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static void pad(OutputStream output, int length) throws IOException {
    byte[] zeros = new byte[(int) (aligned(length) - length)];
    Arrays.fill(zeros, (byte) 0);
    output.write(zeros);
  }
}
