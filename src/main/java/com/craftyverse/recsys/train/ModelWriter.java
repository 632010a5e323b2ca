package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Writes a model's factors, beside what the index knows of the users and items.
final class ModelWriter {
  /// Bounds the memory of a batch: rows × k × 4 bytes.
  private static final int BATCH_ROWS = 16_384;

  /// One offset, for text and list columns that are empty.
  private static final MemorySegment NO_OFFSETS = MemorySegment.ofArray(new int[1]);

  private final Factors factors;
  private final RowLayout layout;

  /// A batch's vectors, in one array for all batches: arrays of its size set off the garbage collector.
  private float[] packed = new float[0];

  ModelWriter(Factors factors) {
    this.factors = factors;
    this.layout = factors.layout();
  }

  /// Writes `userId, vector, bias`.
  ///
  /// @param index the index's `users.arrow`
  void writeUsers(ArrowFile index, Path path) throws IOException {
    List<Column> columns = Schemas.modelUsers(layout.factors(), 0);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, columns, Map.of())) {
      for (RecordBatch batch : index.batches()) {
        for (int from = 0; from < batch.rows(); from += BATCH_ROWS) {
          int rows = Math.min(BATCH_ROWS, batch.rows() - from);
          int row = Math.toIntExact(batch.firstRow() + from);
          writer.writeBatch(
              rows,
              ints(batch.data(IndexFiles.USER_ID), from, rows),
              vectors(factors.users(), row, rows),
              biases(factors.users(), layout.userBias(), row, rows));
        }
      }
    }
  }

  /// Writes `movieId, vector, bias, title, genres, year, ratings, recentRatings`, in the index's
  /// batches.
  ///
  /// @param index the index's `items.arrow`
  void writeItems(ArrowFile index, Path path) throws IOException {
    List<Column> columns = Schemas.modelItems(layout.factors(), 0);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, columns, Map.of())) {
      for (RecordBatch batch : index.batches()) {
        if (batch.rows() == 0) {
          continue;
        }
        int row = Math.toIntExact(batch.firstRow());
        MemorySegment titles = batch.offsets(IndexFiles.TITLE);
        MemorySegment genres = batch.offsets(IndexFiles.GENRES);
        MemorySegment names = batch.offsets(IndexFiles.GENRE);
        writer.writeBatch(
            batch.rows(),
            batch.data(IndexFiles.MOVIE_ID),
            vectors(factors.items(), row, batch.rows()),
            biases(factors.items(), layout.itemBias(), row, batch.rows()),
            titles,
            batch.data(IndexFiles.TITLE).asSlice(0, last(titles)),
            genres,
            names.byteSize() == 0 ? NO_OFFSETS : names,
            batch.data(IndexFiles.GENRE).asSlice(0, last(names)),
            batch.data(IndexFiles.YEAR),
            batch.data(IndexFiles.COUNT),
            batch.data(IndexFiles.RECENT_COUNT));
      }
    }
  }

  private MemorySegment vectors(float[] matrix, int row, int rows) {
    int k = layout.factors();
    int length = Math.multiplyExact(rows, k);
    if (packed.length < length) {
      packed = new float[length];
    }
    for (int i = 0; i < rows; i++) {
      System.arraycopy(matrix, (row + i) * layout.stride(), packed, i * k, k);
    }
    return MemorySegment.ofArray(packed).asSlice(0, (long) length * Float.BYTES);
  }

  private MemorySegment biases(float[] matrix, int place, int row, int rows) {
    float[] biases = new float[rows];
    for (int i = 0; i < rows; i++) {
      biases[i] = matrix[(row + i) * layout.stride() + place];
    }
    return MemorySegment.ofArray(biases);
  }

  private static MemorySegment ints(MemorySegment column, int from, int rows) {
    return column.asSlice((long) from * Integer.BYTES, (long) rows * Integer.BYTES);
  }

  private static int last(MemorySegment offsets) {
    return offsets.byteSize() == 0
        ? 0
        : offsets.get(Buffers.INT32, offsets.byteSize() - Integer.BYTES);
  }
}
