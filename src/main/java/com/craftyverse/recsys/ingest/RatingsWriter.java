package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A writer for `ratings.arrow` that also computes its summary. The file is complete after [#close].
final class RatingsWriter implements RatingsParser.Sink, AutoCloseable {
  private final ArrowFileWriter writer;
  private final RatingsSummary summary = new RatingsSummary();

  /// Rows that do not fill a batch yet.
  private @Nullable RatingsBatch rest;

  /// @param path the file to write; an existing one is replaced
  RatingsWriter(Path path) throws IOException {
    writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of());
  }

  /// Writes a batch. The rows of batches that are not full, as the last one of each part, are joined to full ones.
  ///
  /// @return the same batch
  @Override
  public RatingsBatch accept(RatingsBatch batch) throws IOException {
    summary.add(batch);
    if (batch.rows == RatingsBatch.CAPACITY && (rest == null || rest.rows == 0)) {
      write(batch);
      return batch;
    }
    RatingsBatch joined = rest == null ? new RatingsBatch() : rest;
    rest = joined;
    int from = 0;
    while (from < batch.rows) {
      int count = Math.min(batch.rows - from, RatingsBatch.CAPACITY - joined.rows);
      System.arraycopy(batch.users, from, joined.users, joined.rows, count);
      System.arraycopy(batch.items, from, joined.items, joined.rows, count);
      System.arraycopy(batch.ratings, from, joined.ratings, joined.rows, count);
      System.arraycopy(batch.timestamps, from, joined.timestamps, joined.rows, count);
      joined.rows += count;
      from += count;
      if (joined.rows == RatingsBatch.CAPACITY) {
        write(joined);
        joined.rows = 0;
      }
    }
    return batch;
  }

  private void write(RatingsBatch batch) throws IOException {
    int rows = batch.rows;
    writer.writeBatch(
        rows,
        Buffers.of(batch.users, rows),
        Buffers.of(batch.items, rows),
        Buffers.of(batch.ratings, rows),
        Buffers.of(batch.timestamps, rows));
  }

  /// Returns the counts and ranges of the rows written.
  RatingsSummary summary() {
    return summary;
  }

  @Override
  public void close() throws IOException {
    try {
      if (rest != null && rest.rows > 0) {
        write(rest);
      }
    } finally {
      writer.close();
    }
  }
}
