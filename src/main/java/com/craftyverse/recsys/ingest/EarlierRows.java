package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Adds the tags or links of a dataset's last version to those of a delta.
final class EarlierRows {
  private EarlierRows() {}

  /// Writes the rows of a delta, then those of the last version.
  ///
  /// @param delta the delta's file; empty if it brings none
  /// @param earlier the last version's file
  /// @param key the column whose values in the delta take the place of earlier ones; empty if all rows stay
  /// @return the number of rows
  static long add(Optional<Path> delta, Path earlier, Optional<String> key, Path target)
      throws IOException {
    try (ArrowFile last = ArrowFile.open(earlier, "the last version");
        ArrowFileWriter writer = ArrowFileWriter.create(target, last.columns(), Map.of())) {
      Set<Object> seen = new HashSet<>();
      long rows = 0;
      if (delta.isPresent()) {
        try (ArrowFile added = ArrowFile.open(delta.get(), "the delta")) {
          added.require(last.columns());
          rows += copy(added, key, seen, writer);
        }
      }
      return rows + copy(last, key, seen, writer);
    }
  }

  /// Copies the rows whose key was not seen in the files before, and keeps their keys.
  private static long copy(
      ArrowFile file, Optional<String> key, Set<Object> seen, ArrowFileWriter writer)
      throws IOException {
    long copied = 0;
    Set<Object> found = new HashSet<>();
    for (RecordBatch batch : file.batches()) {
      List<MemorySegment> buffers = new ArrayList<>();
      int[] rows = IntStream.range(0, batch.rows()).toArray();
      if (key.isPresent()) {
        Column column =
            file.columns().stream()
                .filter(each -> each.name().equals(key.get()))
                .findFirst()
                .orElseThrow();
        List<?> keys = values(batch, column);
        rows = IntStream.of(rows).filter(row -> !seen.contains(keys.get(row))).toArray();
        found.addAll(keys);
      }
      for (Column column : file.columns()) {
        buffers.addAll(buffers(batch, column, rows));
      }
      if (rows.length > 0) {
        writer.writeBatch(rows.length, buffers.toArray(MemorySegment[]::new));
      }
      copied += rows.length;
    }
    seen.addAll(found);
    return copied;
  }

  private static List<?> values(RecordBatch batch, Column column) throws IOException {
    IntStream rows = IntStream.range(0, batch.rows());
    return switch (column.type()) {
      case INT32 -> {
        IntColumn numbers = batch.ints(column.name());
        yield rows.mapToObj(numbers::get).toList();
      }
      case INT64 -> {
        LongColumn numbers = batch.longs(column.name());
        yield rows.mapToObj(numbers::get).toList();
      }
      case UTF8 -> List.of(batch.texts(column.name()));
      default -> throw new IllegalArgumentException("column " + column.name());
    };
  }

  private static List<MemorySegment> buffers(RecordBatch batch, Column column, int[] rows)
      throws IOException {
    List<?> values = values(batch, column);
    return switch (column.type()) {
      case INT32 ->
          List.of(
              Buffers.of(
                  IntStream.of(rows).map(row -> (Integer) values.get(row)).toArray(), rows.length));
      case INT64 ->
          List.of(
              Buffers.of(
                  IntStream.of(rows).mapToLong(row -> (Long) values.get(row)).toArray(),
                  rows.length));
      default -> {
        Buffers.Text texts =
            Buffers.text(IntStream.of(rows).mapToObj(row -> (String) values.get(row)).toList());
        yield List.of(texts.offsets(), texts.data());
      }
    };
  }
}
