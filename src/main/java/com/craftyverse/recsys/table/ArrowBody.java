package com.craftyverse.recsys.table;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/// The nodes and buffers of a record batch, which its fields take in order.
final class ArrowBody {
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int MAX_BUFFER_BYTES = 1 << 30;

  private final RecordBatch batch;
  private final byte[] bytes;
  private final @Nullable BodyCompression compression;
  private int node;
  private int buffer;
  private int variadic;

  ArrowBody(RecordBatch batch, byte[] bytes) {
    this.batch = batch;
    this.bytes = bytes;
    this.compression = batch.compression();
  }

  /// Takes the next node.
  FieldNode node() {
    if (node == batch.nodesLength()) {
      throw new IllegalArgumentException("a column is missing");
    }
    return batch.nodes(node++);
  }

  /// Takes the number of data buffers of a column of views.
  int variadicBuffers() {
    return Math.toIntExact(batch.variadicBufferCounts(variadic++));
  }

  void skipBuffers(int count) {
    buffer += count;
  }

  /// Takes the next buffer, decompressed.
  ByteBuffer buffer() {
    if (buffer == batch.buffersLength()) {
      throw new IllegalArgumentException("a buffer is missing");
    }
    Buffer place = batch.buffers(buffer++);
    int offset = Math.toIntExact(place.offset());
    int length = Math.toIntExact(place.length());
    ByteBuffer stored =
        ByteBuffer.wrap(bytes, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    if (compression == null || length == 0) {
      return stored;
    }
    long size = stored.getLong(0);
    if (size == -1) {
      return stored.slice(LENGTH_BYTES, length - LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    if (size < 0 || size > MAX_BUFFER_BYTES) {
      throw new IllegalArgumentException("a buffer has " + size + " bytes");
    }
    byte[] plain = decompress(offset + LENGTH_BYTES, length - LENGTH_BYTES, (int) size);
    return ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] decompress(int offset, int length, int size) {
    byte[] plain = new byte[size];
    int read;
    if (compression != null && compression.codec() == CompressionType.ZSTD) {
      long result = Zstd.decompressByteArray(plain, 0, size, bytes, offset, length);
      if (Zstd.isError(result)) {
        throw new IllegalArgumentException(Zstd.getErrorName(result));
      }
      read = (int) result;
    } else {
      try (LZ4FrameInputStream lz4 =
          new LZ4FrameInputStream(new ByteArrayInputStream(bytes, offset, length))) {
        read = lz4.readNBytes(plain, 0, size);
      } catch (IOException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    if (read != size) {
      throw new IllegalArgumentException("a buffer has " + read + " bytes, expected " + size);
    }
    return plain;
  }
}
