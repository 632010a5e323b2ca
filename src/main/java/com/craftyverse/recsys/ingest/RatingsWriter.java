package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// A writer for `ratings.arrow` that also computes its summary. The file is complete after [#close].
final class RatingsWriter implements RatingsParser.Sink, AutoCloseable {
  private final ArrowFileWriter writer;
  private final RatingsSummary summary = new RatingsSummary();

  /// @param path the file to write; an existing one is replaced
  RatingsWriter(Path path) throws IOException {
    writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of());
  }

  /// Writes a record batch.
  ///
  /// @return the same batch
  @Override
  public RatingsBatch accept(RatingsBatch batch) throws IOException {
    int rows = batch.rows;
    writer.writeBatch(
        rows,
        Buffers.of(batch.users, rows),
        Buffers.of(batch.items, rows),
        Buffers.of(batch.ratings, rows),
        Buffers.of(batch.timestamps, rows));
    summary.add(batch);
    return batch;
  }

  /// Returns the counts and ranges of the rows written.
  RatingsSummary summary() {
    return summary;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
