package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.kernel.RowLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the vectors of a model together with the index's data on users and items.
final class ModelWriter {
  /// Limits the memory of a batch: rows × k × 4 bytes.
  private static final int BATCH_ROWS = 16_384;

  /// A single offset, for empty text and list columns.
  private static final MemorySegment NO_OFFSETS = MemorySegment.ofArray(new int[1]);

  private final @Nullable Factors factors;
  private final @Nullable Ranking ranking;
  private final int rankingFactors;

  /// The vectors of a batch, reused for all batches: allocating arrays of this size triggers the garbage
  /// collector.
  private float[] packed = new float[0];

  private float[] packedRanking = new float[0];

  /// The vectors of a ranking model and their places.
  ///
  /// @param userPlaces the place of each dense index
  /// @param itemPlaces the place of each dense index
  record Ranking(RankingFactors vectors, int[] userPlaces, int[] itemPlaces) {}

  /// @param factors null for a model without a rating model
  /// @param ranking null for a model without ranking vectors
  ModelWriter(@Nullable Factors factors, @Nullable Ranking ranking) {
    this.factors = factors;
    this.ranking = ranking;
    this.rankingFactors = ranking == null ? 0 : ranking.vectors.factors();
  }

  /// Writes `userId`, `vector, bias` and `rankingVector`.
  ///
  /// @param index the index's `users.arrow`
  void writeUsers(ArrowFile index, Path path) throws IOException {
    IdTable ids = IdTable.read(index, Schemas.USER_ID);
    List<Column> columns = Schemas.modelUsers(ids.type(), factors(), rankingFactors);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, columns, Map.of())) {
      for (RecordBatch batch : index.batches()) {
        for (int from = 0; from < batch.rows(); from += BATCH_ROWS) {
          int rows = Math.min(BATCH_ROWS, batch.rows() - from);
          int row = Math.toIntExact(batch.firstRow() + from);
          List<MemorySegment> buffers = new ArrayList<>(ids.buffers(row, row + rows));
          if (factors != null) {
            RowLayout layout = factors.layout();
            buffers.add(vectors(layout, factors.users(), row, rows));
            buffers.add(biases(layout, factors.users(), layout.userBias(), row, rows));
          }
          if (ranking != null) {
            buffers.add(rankingVectors(ranking.vectors.users(), ranking.userPlaces, row, rows));
          }
          writer.writeBatch(rows, buffers.toArray(MemorySegment[]::new));
        }
      }
    }
  }

  /// Writes `itemId`, `vector, bias`, `rankingVector`, `title, genres, year, ratings, recentRatings`, in the
  /// same batches as the index.
  ///
  /// @param index the index's `items.arrow`
  void writeItems(ArrowFile index, Path path) throws IOException {
    IdTable ids = IdTable.read(index, Schemas.ITEM_ID);
    List<Column> columns = Schemas.modelItems(ids.type(), factors(), rankingFactors);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, columns, Map.of())) {
      for (RecordBatch batch : index.batches()) {
        if (batch.rows() == 0) {
          continue;
        }
        int row = Math.toIntExact(batch.firstRow());
        IntColumn titles = batch.offsets(IndexFiles.TITLE);
        IntColumn genres = batch.offsets(IndexFiles.GENRES);
        IntColumn names = batch.offsets(IndexFiles.GENRE);
        List<MemorySegment> buffers = new ArrayList<>(ids.buffers(row, row + batch.rows()));
        if (factors != null) {
          RowLayout layout = factors.layout();
          buffers.add(vectors(layout, factors.items(), row, batch.rows()));
          buffers.add(biases(layout, factors.items(), layout.itemBias(), row, batch.rows()));
        }
        if (ranking != null) {
          buffers.add(
              rankingVectors(ranking.vectors.items(), ranking.itemPlaces, row, batch.rows()));
        }
        buffers.add(titles.data());
        buffers.add(batch.data(IndexFiles.TITLE).asSlice(0, last(titles)));
        buffers.add(genres.data());
        buffers.add(names.size() == 0 ? NO_OFFSETS : names.data());
        buffers.add(batch.data(IndexFiles.GENRE).asSlice(0, last(names)));
        buffers.add(batch.data(IndexFiles.YEAR));
        buffers.add(batch.data(IndexFiles.COUNT));
        buffers.add(batch.data(IndexFiles.RECENT_COUNT));
        writer.writeBatch(batch.rows(), buffers.toArray(MemorySegment[]::new));
      }
    }
  }

  private int factors() {
    return factors == null ? 0 : factors.layout().factors();
  }

  private MemorySegment vectors(RowLayout layout, float[] matrix, int row, int rows) {
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

  private MemorySegment rankingVectors(float[] matrix, int[] rowOfIndex, int row, int rows) {
    int length = Math.multiplyExact(rows, rankingFactors);
    if (packedRanking.length < length) {
      packedRanking = new float[length];
    }
    int stride = matrix.length / rowOfIndex.length;
    for (int i = 0; i < rows; i++) {
      System.arraycopy(
          matrix, rowOfIndex[row + i] * stride, packedRanking, i * rankingFactors, rankingFactors);
    }
    return MemorySegment.ofArray(packedRanking).asSlice(0, (long) length * Float.BYTES);
  }

  /// Writes the Gram matrix of the items' ranking vectors.
  ///
  /// @param gram in row-major order
  static void writeGram(double[] gram, int factors, Path path) throws IOException {
    float[] values = new float[gram.length];
    for (int i = 0; i < gram.length; i++) {
      values[i] = (float) gram[i];
    }
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.gram(factors), Map.of())) {
      writer.writeBatch(factors, MemorySegment.ofArray(values));
    }
  }

  private static MemorySegment biases(
      RowLayout layout, float[] matrix, int biasColumn, int row, int rows) {
    float[] biases = new float[rows];
    for (int i = 0; i < rows; i++) {
      biases[i] = matrix[(row + i) * layout.stride() + biasColumn];
    }
    return MemorySegment.ofArray(biases);
  }

  private static int last(IntColumn offsets) {
    return offsets.size() == 0 ? 0 : offsets.get(offsets.size() - 1);
  }
}
