package com.craftyverse.recsys.spark;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Schema;
import org.apache.spark.api.java.JavaRDD;

/// An Arrow file that tasks write in parallel, as the parts of a multipart upload.
///
/// The rows come in order, each part in one partition. A task packs the rows of each of
/// its parts into record batches and uploads them; only where the batches lie goes to the driver, which adds
/// the footer as the last part. No row passes through the driver, and nothing is copied afterwards.
final class ArrowParts implements Serializable {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private final List<Column> columns;
  private final Map<String, String> metadata;

  /// @param metadata the custom metadata of the schema
  ArrowParts(List<Column> columns, Map<String, String> metadata) {
    this.columns = List.copyOf(columns);
    this.metadata = Map.copyOf(metadata);
  }

  /// Packs the rows of one part into record batches.
  ///
  /// @param <T> the type of the rows
  interface Packer<T> extends Serializable {
    /// Returns the part of a row, from 0.
    int part(T row);

    /// @param batch empty; to be flushed when it is large enough, and in the end
    void pack(Iterator<T> rows, Batch batch, Flush flush) throws IOException;
  }

  /// Writes a batch.
  @FunctionalInterface
  interface Flush {
    void flush() throws IOException;
  }

  /// A part that was uploaded.
  private record Part(int number, byte[] handle, List<Batch.Placement> batches)
      implements Serializable {}

  /// Writes the file.
  ///
  /// @param rows the parts in any order, each in one partition and its rows in order
  /// @param parts the number of parts; each but a single one has at least 5 MiB, which S3 requires
  /// @return the size of the file in bytes
  <T> long write(Store store, String key, JavaRDD<T> rows, int parts, Packer<T> packer)
      throws IOException {
    if (parts == 0) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(header());
      file.write(footer(List.of()));
      store.write(key, file.toByteArray());
      return file.size();
    }
    PartUpload upload = PartUpload.begin(store, key);
    try {
      byte[] header = header();
      boolean single = parts == 1;
      ArrowParts file = this;
      List<Part> done =
          new ArrayList<>(
              rows.mapPartitions(
                      partition ->
                          new Writer(upload, header, single, file)
                              .write(partition, packer)
                              .iterator())
                  .collect());
      done.sort(Comparator.comparingInt(Part::number));
      return complete(upload, done, header.length, single);
    } catch (Throwable e) {
      // Spark throws checked exceptions that its Java methods do not declare.
      try {
        upload.abort();
      } catch (IOException failure) {
        e.addSuppressed(failure);
      }
      throw e;
    }
  }

  private long complete(PartUpload upload, List<Part> done, int headerLength, boolean single)
      throws IOException {
    TreeMap<Integer, byte[]> handles = new TreeMap<>();
    List<Batch.Placement> batches = new ArrayList<>();
    for (Part part : done) {
      handles.put(part.number + 1, part.handle);
      batches.addAll(part.batches);
    }
    byte[] footer = footer(batches);
    if (!single) {
      int last = handles.lastKey() + 1;
      Path temporary = Files.createTempFile("footer", ".arrow");
      try {
        Files.write(temporary, footer);
        handles.put(last, upload.put(last, true, temporary));
      } finally {
        Files.delete(temporary);
      }
    }
    upload.complete(handles);
    return headerLength + batches.stream().mapToLong(Batch.Placement::bytes).sum() + footer.length;
  }

  /// Writes the parts of a partition.
  private record Writer(PartUpload upload, byte[] header, boolean single, ArrowParts file) {
    <T> List<Part> write(Iterator<T> rows, Packer<T> packer) throws IOException {
      List<Part> parts = new ArrayList<>();
      PartIterator<T> iterator = new PartIterator<>(rows, packer);
      while (iterator.nextPart()) {
        parts.add(write(iterator, iterator.part(), packer));
      }
      return parts;
    }

    private <T> Part write(Iterator<T> rows, int part, Packer<T> packer) throws IOException {
      List<Batch.Placement> placements = new ArrayList<>();
      Path temporary = Files.createTempFile("part", ".arrow");
      try {
        try (OutputStream output =
            new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
          if (part == 0) {
            output.write(header);
          }
          Batch batch = new Batch(file.columns);
          packer.pack(
              rows,
              batch,
              () -> {
                if (batch.rows() > 0) {
                  placements.add(batch.write(output));
                }
              });
          if (single) {
            output.write(file.footer(placements));
          }
        }
        return new Part(part, upload.put(part + 1, single, temporary), placements);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /// The rows of one part after the other.
  private static final class PartIterator<T> implements Iterator<T> {
    private final Iterator<T> rows;
    private final Packer<T> packer;
    private T next;
    private int part = -1;

    PartIterator(Iterator<T> rows, Packer<T> packer) {
      this.rows = rows;
      this.packer = packer;
      advance();
    }

    private void advance() {
      next = rows.hasNext() ? rows.next() : null;
    }

    boolean nextPart() {
      if (next == null) {
        return false;
      }
      part = packer.part(next);
      return true;
    }

    int part() {
      return part;
    }

    @Override
    public boolean hasNext() {
      return next != null && packer.part(next) == part;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      T row = next;
      advance();
      return row;
    }
  }

  private byte[] header() throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.write(MAGIC);
    header.write(new byte[2]);
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    builder.finish(
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.Schema, schema(builder), 0, 0));
    Batch.writeMessage(builder, header, header.size());
    return header.toByteArray();
  }

  /// Returns what follows the record batches: the end of the stream, the footer, its length and the magic
  /// number.
  private byte[] footer(List<Batch.Placement> batches) throws IOException {
    long[] offsets = new long[batches.size()];
    long at = header().length;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = at;
      at += batches.get(i).bytes();
    }
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    int schema = schema(builder);
    Footer.startRecordBatchesVector(builder, offsets.length);
    for (int i = offsets.length - 1; i >= 0; i--) {
      Block.createBlock(builder, offsets[i], batches.get(i).metadata(), batches.get(i).body());
    }
    int recordBatches = builder.endVector();
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    builder.finish(
        Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, recordBatches, 0));
    byte[] footer = builder.sizedByteArray();
    return ByteBuffer.allocate(3 * Integer.BYTES + footer.length + MAGIC.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(-1)
        .putInt(0)
        .put(footer)
        .putInt(footer.length)
        .put(MAGIC)
        .array();
  }

  private int schema(FlatBufferBuilder builder) {
    int[] fields = columns.stream().mapToInt(column -> column.write(builder)).toArray();
    int fieldVector = Schema.createFieldsVector(builder, fields);
    int[] entries =
        new TreeMap<>(metadata)
            .entrySet().stream()
                .mapToInt(
                    entry ->
                        KeyValue.createKeyValue(
                            builder,
                            builder.createString(entry.getKey()),
                            builder.createString(entry.getValue())))
                .toArray();
    int metadataVector = Schema.createCustomMetadataVector(builder, entries);
    return Schema.createSchema(builder, Endianness.Little, fieldVector, metadataVector, 0);
  }
}
