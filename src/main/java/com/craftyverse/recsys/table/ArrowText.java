package com.craftyverse.recsys.table;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/// An Arrow IPC file or stream as other tools write it: with nulls, dictionaries and compressed buffers. A file is a
/// stream between two magic numbers, so both are read from start to end.
///
/// Its columns are the fields of the schema that are values or lists of values. Times become seconds since 1970,
/// dates ISO dates, a list its values joined by `|`, a null an empty value.
final class ArrowText extends CsvText {
  private static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1', 0, 0};
  private static final int MAX_METADATA_BYTES = 64 << 20;
  private static final int ROWS_PER_PASS = 1 << 11;

  private final InputStream input;
  private final String file;
  private final Schema schema;

  /// The positions of the chosen columns among the fields.
  private final int[] chosen;

  /// The values of the dictionaries by their ids.
  private final Map<Long, List<ArrowColumn>> dictionaries = new HashMap<>();

  private ArrowColumn[] columns = {};
  private int row;
  private int rows;

  private ArrowText(InputStream input, @Nullable List<String> names, String file)
      throws IOException {
    this.input = input;
    this.file = file;
    byte[] start = input.readNBytes(MAGIC.length);
    boolean isFile = Arrays.equals(start, MAGIC);
    Message first = readMessage(isFile ? new byte[0] : start);
    if (first == null || first.headerType() != MessageHeader.Schema) {
      throw damaged("it has no schema");
    }
    this.schema = (Schema) header(first, new Schema());
    if (schema.endianness() != Endianness.Little) {
      throw RequestException.unprocessable(
          file + " has big-endian values; write it as little-endian");
    }
    List<String> all = IntStream.range(0, schema.fieldsLength()).mapToObj(this::name).toList();
    this.chosen =
        names != null
            ? names.stream().mapToInt(all::indexOf).toArray()
            : IntStream.range(0, all.size())
                .filter(i -> ArrowColumn.hasValues(schema.fields(i)))
                .toArray();
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i] < 0) {
        throw RequestException.unprocessable(
            file
                + ": there is no column "
                + ObjectKeys.quote(Objects.requireNonNull(names).get(i)));
      }
    }
    if (chosen.length == 0) {
      throw RequestException.unprocessable(
          file + ": the schema has no columns of values; expected a user, an item and a rating");
    }
    header(Arrays.stream(chosen).mapToObj(all::get).toList());
  }

  /// @throws RequestException if it is not in an Arrow format, or has no columns of values
  static ArrowText open(InputStream input, @Nullable List<String> columns, String file)
      throws IOException {
    try {
      return new ArrowText(input, columns, file);
    } catch (RequestException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  private String name(int field) {
    String name = schema.fields(field).name();
    return name == null ? "" : name;
  }

  private RequestException damaged(String reason) {
    return damaged(file, reason);
  }

  private static RequestException damaged(String file, String reason) {
    return RequestException.unprocessable(
        file
            + " is an Arrow file that cannot be read; it is damaged, truncated or uses what this version"
            + " does not know ("
            + ObjectKeys.quote(reason)
            + ")");
  }

  /// Reads the next message's metadata. Returns null at the end of the stream.
  ///
  /// @param start its first bytes, if they were read already
  private @Nullable Message readMessage(byte[] start) throws IOException {
    byte[] prefix = Arrays.copyOf(start, 8);
    int read = start.length + input.readNBytes(prefix, start.length, 8 - start.length);
    ByteBuffer numbers = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
    if (read == 0) {
      return null;
    }
    int size = numbers.getInt(4);
    if (read < 8 || numbers.getInt(0) != -1) {
      throw damaged("a message has no continuation marker");
    }
    if (size == 0) {
      return null;
    }
    if (size < 0 || size > MAX_METADATA_BYTES) {
      throw damaged("a message has " + size + " bytes of metadata");
    }
    byte[] metadata = input.readNBytes(size);
    if (metadata.length < size) {
      throw damaged("it ends inside a message");
    }
    return Message.getRootAsMessage(ByteBuffer.wrap(metadata).order(ByteOrder.LITTLE_ENDIAN));
  }

  private com.google.flatbuffers.Table header(Message message, com.google.flatbuffers.Table table)
      throws IOException {
    com.google.flatbuffers.Table header = message.header(table);
    if (header == null) {
      throw damaged("a message has no content");
    }
    return header;
  }

  @Override
  boolean appendRows() throws IOException {
    try {
      while (row == rows) {
        Message message = readMessage(new byte[0]);
        if (message == null) {
          // The rest is the footer of a file.
          input.transferTo(OutputStream.nullOutputStream());
          return false;
        }
        readBatch(message);
      }
      int to = Math.min(rows, row + ROWS_PER_PASS);
      for (; row < to && !isFull(); row++) {
        for (int i = 0; i < columns.length; i++) {
          if (i > 0) {
            comma();
          }
          columns[i].append(row, this);
        }
        endRow();
      }
      return true;
    } catch (EOFException e) {
      throw damaged("it ends inside a batch");
    } catch (RuntimeException e) {
      if (e instanceof RequestException) {
        throw e;
      }
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private void readBatch(Message message) throws IOException {
    long size = message.bodyLength();
    if (size < 0 || size > Integer.MAX_VALUE - 64) {
      throw damaged("a batch has " + size + " bytes; write smaller batches");
    }
    byte[] body = input.readNBytes((int) size);
    if (body.length < size) {
      throw damaged("it ends inside a batch");
    }
    if (message.headerType() == MessageHeader.DictionaryBatch) {
      DictionaryBatch batch = (DictionaryBatch) header(message, new DictionaryBatch());
      Field field = dictionaryField(batch.id());
      ArrowBody buffers = new ArrowBody(batch.data(), body);
      ArrowColumn values = ArrowColumn.ofValues(field, buffers, Map.of());
      List<ArrowColumn> parts = new ArrayList<>();
      if (batch.isDelta()) {
        parts.addAll(dictionaries.getOrDefault(batch.id(), List.of()));
      }
      parts.add(values);
      dictionaries.put(batch.id(), parts);
    } else if (message.headerType() == MessageHeader.RecordBatch) {
      RecordBatch batch = (RecordBatch) header(message, new RecordBatch());
      ArrowBody buffers = new ArrowBody(batch, body);
      ArrowColumn[] all = new ArrowColumn[schema.fieldsLength()];
      for (int i = 0; i < all.length; i++) {
        all[i] = ArrowColumn.of(schema.fields(i), buffers, dictionaries);
      }
      columns = Arrays.stream(chosen).mapToObj(i -> all[i]).toArray(ArrowColumn[]::new);
      rows = Math.toIntExact(batch.length());
      row = 0;
      for (ArrowColumn column : columns) {
        column.require(rows);
      }
    }
  }

  private Field dictionaryField(long id) throws IOException {
    for (int i = 0; i < schema.fieldsLength(); i++) {
      Field found = dictionaryField(schema.fields(i), id);
      if (found != null) {
        return found;
      }
    }
    throw damaged("no column uses the dictionary " + id);
  }

  private static @Nullable Field dictionaryField(Field field, long id) {
    if (field.dictionary() != null && field.dictionary().id() == id) {
      return field;
    }
    for (int i = 0; i < field.childrenLength(); i++) {
      Field found = dictionaryField(field.children(i), id);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
