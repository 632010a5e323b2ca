package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.IdType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// A growing column of ids of one type, for the smaller files.
final class IdColumn {
  private final IdType type;
  private int[] numbers = new int[0];
  private long[] longs = new long[0];
  private final List<String> texts = new ArrayList<>();
  private int size;

  IdColumn(IdType type) {
    this.type = type;
  }

  /// Adds the id in a column of a row.
  ///
  /// @throws com.craftyverse.recsys.step.RequestException if the value is not an id of this type
  void add(CsvRow row, int column) {
    Object id =
        switch (type) {
          case INT32 -> row.number(column);
          case INT64 -> row.longId(column);
          case UTF8 -> row.textId(column);
        };
    add(id);
  }

  /// Adds an id.
  ///
  /// @param id an `Integer`, `Long` or `String`, by the type
  void add(Object id) {
    switch (type) {
      case INT32 -> {
        if (size == numbers.length) {
          numbers = Arrays.copyOf(numbers, Math.max(64, 2 * size));
        }
        numbers[size] = (Integer) id;
      }
      case INT64 -> {
        if (size == longs.length) {
          longs = Arrays.copyOf(longs, Math.max(64, 2 * size));
        }
        longs[size] = (Long) id;
      }
      case UTF8 -> texts.add((String) id);
    }
    size++;
  }

  int size() {
    return size;
  }

  /// Removes the ids from the `size`th on.
  void truncate(int newSize) {
    size = newSize;
    if (type == IdType.UTF8) {
      texts.subList(newSize, texts.size()).clear();
    }
  }

  /// Returns the buffers of the column.
  List<MemorySegment> buffers() {
    return switch (type) {
      case INT32 -> List.of(Buffers.of(numbers, size));
      case INT64 -> List.of(Buffers.of(longs, size));
      case UTF8 -> {
        Buffers.Text text = Buffers.text(texts);
        yield List.of(text.offsets(), text.data());
      }
    };
  }

  /// Returns the buffers of the column, then those of `others`, then `more`.
  MemorySegment[] buffersAnd(List<MemorySegment> others, MemorySegment... more) {
    return Stream.of(buffers().stream(), others.stream(), Stream.of(more))
        .flatMap(stream -> stream)
        .toArray(MemorySegment[]::new);
  }
}
