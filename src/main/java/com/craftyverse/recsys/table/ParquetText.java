package com.craftyverse.recsys.table;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A Parquet file. Its columns are the fields of its schema that are values or lists of values; maps and nested records
/// are left out. Times become seconds since 1970, dates ISO dates, a list its values joined by `|`, a null an empty value.
///
/// Plain columns are read as arrays, a batch at a time; if one is of a rare type or a list, all are read value by value.
final class ParquetText extends CsvText implements NumberColumns {
  private static final int ROWS_PER_PASS = 1 << 11;

  private final ParquetFileReader reader;
  private final HardwoodContext context;
  private final String file;

  /// Null if the rows are read value by value.
  private final @Nullable ColumnReaders batches;

  private final List<ParquetColumn> batchColumns = new ArrayList<>();
  private int row;
  private int batchRows;

  /// Null if the columns are read as arrays.
  private final @Nullable RowReader rows;

  private final List<String> columns;

  private ParquetText(
      ParquetFileReader reader,
      HardwoodContext context,
      @Nullable List<String> chosen,
      String file) {
    this.reader = reader;
    this.context = context;
    this.file = file;
    this.columns = chosen != null ? chosen : columns(reader);
    if (columns.isEmpty()) {
      throw RequestException.unprocessable(
          file + ": the schema has no columns of values; expected a user, an item and a rating");
    }
    for (String name : columns) {
      if (reader.getFileSchema().getRootNode().children().stream()
          .noneMatch(field -> field.name().equals(name))) {
        throw RequestException.unprocessable(
            file + ": there is no column " + ObjectKeys.quote(name));
      }
    }
    ColumnProjection projection = ColumnProjection.columns(columns.toArray(String[]::new));
    boolean isPlain = columns.stream().allMatch(name -> ParquetColumn.isPlain(field(reader, name)));
    this.rows = isPlain ? null : reader.buildRowReader().projection(projection).build();
    this.batches = isPlain ? reader.buildColumnReaders(projection).build() : null;
    if (batches != null) {
      for (String name : columns) {
        batchColumns.add(ParquetColumn.of(batches.getColumnReader(name), rowBytes()));
      }
    }
    header(columns);
  }

  /// @throws RequestException if it is no Parquet file, or has no columns of values
  static ParquetText open(Path path, @Nullable List<String> columns, String file)
      throws IOException {
    HardwoodContext context = PageDecompressors.newContext();
    ParquetFileReader reader;
    try {
      reader = ParquetFileReader.open(new BoundedInputFile(InputFile.of(path)), context);
    } catch (IOException | RuntimeException e) {
      context.close();
      throw unreadable(file, e);
    } catch (OutOfMemoryError e) {
      // The library believes any length of a text in the footer.
      context.close();
      throw unreadable(
          file, new IOException("a text of the footer is too long, or the memory too small", e));
    }
    try {
      return new ParquetText(reader, context, columns, file);
    } catch (RuntimeException e) {
      reader.close();
      context.close();
      throw e instanceof RequestException refusal ? refusal : unreadable(file, e);
    }
  }

  /// A file of which only ranges inside it can be read. The library reads on forever, nothing at a time, if a damaged
  /// file says that a page continues after the end of its column.
  private record BoundedInputFile(InputFile file) implements InputFile {
    @Override
    public void open() throws IOException {
      file.open();
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
      if (offset < 0 || length <= 0 || offset > file.length() - length) {
        throw new IOException("bytes " + offset + " to " + (offset + length) + " are not in it");
      }
      return file.readRange(offset, length);
    }

    @Override
    public long length() throws IOException {
      return file.length();
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static RequestException unreadable(String file, Exception e) throws IOException {
    if (e instanceof InterruptedIOException interrupted) {
      throw interrupted;
    }
    if (e instanceof UncheckedIOException unchecked
        && unchecked.getCause() instanceof InterruptedIOException interrupted) {
      throw interrupted;
    }
    return RequestException.unprocessable(
        file
            + " is a Parquet file that cannot be read; it is damaged, truncated or uses what this"
            + " version does not know ("
            + ObjectKeys.quote(String.valueOf(e.getMessage()))
            + ")");
  }

  private static List<String> columns(ParquetFileReader reader) {
    List<String> columns = new ArrayList<>();
    for (SchemaNode field : reader.getFileSchema().getRootNode().children()) {
      boolean isValue = field instanceof SchemaNode.PrimitiveNode;
      if (isValue || (field instanceof SchemaNode.GroupNode group && group.isList())) {
        columns.add(field.name());
      }
    }
    return columns;
  }

  private static SchemaNode field(ParquetFileReader reader, String name) {
    return Objects.requireNonNull(reader.getFileSchema().getField(name));
  }

  @Override
  boolean appendRows() throws IOException {
    try {
      return batches != null ? appendBatch(batches) : appendValues(Objects.requireNonNull(rows));
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private boolean appendBatch(ColumnReaders readers) {
    if (row == batchRows && !readBatch(readers)) {
      return false;
    }
    int to = Math.min(batchRows, row + ROWS_PER_PASS);
    ParquetColumn[] all = batchColumns.toArray(ParquetColumn[]::new);
    for (; row < to && !isFull(); row++) {
      appendRow(all, row);
    }
    return true;
  }

  private boolean readBatch(ColumnReaders readers) {
    if (!readers.nextBatch()) {
      return false;
    }
    row = 0;
    batchRows = readers.getRecordCount();
    batchColumns.forEach(ParquetColumn::next);
    return true;
  }

  private void appendRow(ParquetColumn[] all, int current) {
    int at = reserve(rowBytes());
    for (int i = 0; i < all.length; i++) {
      if (i > 0) {
        at = character(at, ',');
      }
      if (!all[i].isNull(current)) {
        at = all[i].write(current, this, at);
      }
    }
    end(character(at, '\n'));
  }

  /// Returns whether all columns are numbers that can be read as arrays.
  boolean hasNumbers() {
    return batches != null && batchColumns.stream().allMatch(ParquetColumn::isNumber);
  }

  @Override
  public long totalRows() {
    return reader.getFileMetaData().numRows();
  }

  @Override
  public boolean nextBatch() throws IOException {
    try {
      return readBatch(Objects.requireNonNull(batches));
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  @Override
  public int rows() {
    return batchRows;
  }

  @Override
  public boolean isWhole(int column) {
    return batchColumns.get(column).isWhole();
  }

  @Override
  public void copyWhole(int column, int from, int count, long[] target) {
    batchColumns.get(column).copyWhole(from, count, target);
  }

  @Override
  public void copy(int column, int from, int count, double[] target) {
    batchColumns.get(column).copy(from, count, target);
  }

  @Override
  public byte[] line(int current) {
    takeText();
    appendRow(batchColumns.toArray(ParquetColumn[]::new), current);
    return takeText();
  }

  private int rowBytes() {
    return columns.size() * FIELD_BYTES;
  }

  private boolean appendValues(RowReader reader) {
    if (!reader.hasNext()) {
      return false;
    }
    while (!isFull() && reader.hasNext()) {
      reader.next();
      for (int i = 0; i < columns.size(); i++) {
        if (i > 0) {
          comma();
        }
        String name = columns.get(i);
        if (!reader.isNull(name)) {
          text(text(reader.getValue(name)));
        }
      }
      endRow();
    }
    return true;
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case PqList list -> String.join("|", list.values().stream().map(ParquetText::text).toList());
      case Instant time -> Long.toString(time.getEpochSecond());
      case LocalDateTime time -> Long.toString(time.toEpochSecond(ZoneOffset.UTC));
      case BigDecimal number -> number.toPlainString();
      case Boolean flag -> flag ? "1" : "0";
      case String text -> text;
      case Number number -> number.toString();
      case LocalDate date -> date.toString();
      case UUID id -> id.toString();
      default -> "";
    };
  }

  @Override
  public void close() throws IOException {
    try {
      if (batches != null) {
        batches.close();
      }
      if (rows != null) {
        rows.close();
      }
    } finally {
      try {
        reader.close();
      } finally {
        context.close();
      }
    }
  }
}
