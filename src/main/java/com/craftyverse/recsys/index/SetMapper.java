package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Passes over a set of a split: maps its rows to dense indices, drops those that training does not
/// know, and checks each against the set's bounds in time.
final class SetMapper {
  private static final int SHOWN = 5;

  private final DenseIds users;
  private final DenseIds items;

  SetMapper(DenseIds users, DenseIds items) {
    this.users = users;
    this.items = items;
  }

  /// A set's report, and what was checked on the way.
  ///
  /// @param report rows before and after
  /// @param ratingSum the sum of the ratings before, in the set's order
  record Mapped(QualityReport.SetReport report, double ratingSum) {}

  /// Maps a set.
  ///
  /// @param after every timestamp must be later than this
  /// @param until and no later than this
  /// @param path where the mapped rows go, or null to map without writing
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException when a timestamp is outside the
  ///     set's bounds or a rating is not a number
  Mapped map(ArrowFile set, double after, double until, @Nullable Path path) throws IOException {
    long unknownUsers = 0;
    long unknownMovies = 0;
    double sum = 0;
    List<QualityReport.RawRow> before = new ArrayList<>();
    List<QualityReport.MappedRow> mapped = new ArrayList<>();
    try (@Nullable ArrowFileWriter writer =
        path == null ? null : ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, Map.of())) {
      for (RecordBatch batch : set.batches()) {
        MemorySegment userIds = batch.data("userId");
        MemorySegment movieIds = batch.data("movieId");
        MemorySegment ratings = batch.data("rating");
        MemorySegment times = batch.data("timestamp");
        int[] mappedUsers = new int[batch.rows()];
        int[] mappedItems = new int[batch.rows()];
        float[] mappedRatings = new float[batch.rows()];
        int kept = 0;
        for (int i = 0; i < batch.rows(); i++) {
          int userId = userIds.get(Buffers.INT32, 4L * i);
          int movieId = movieIds.get(Buffers.INT32, 4L * i);
          float rating = ratings.get(Buffers.FLOAT32, 4L * i);
          long time = times.get(Buffers.INT64, 8L * i);
          if (!(time > after && time <= until)) {
            throw set.malformed(
                "row "
                    + (batch.firstRow() + i)
                    + ": timestamp "
                    + time
                    + " is not after "
                    + after
                    + " and up to "
                    + until
                    + "; the sets would leak into each other");
          }
          if (!Float.isFinite(rating)) {
            throw set.malformed("row " + (batch.firstRow() + i) + ": the rating is " + rating);
          }
          sum += rating;
          if (before.size() < SHOWN) {
            before.add(new QualityReport.RawRow(userId, movieId, rating, time));
          }
          int user = users.indexOf(userId);
          if (user < 0) {
            unknownUsers++;
            continue;
          }
          int item = items.indexOf(movieId);
          if (item < 0) {
            unknownMovies++;
            continue;
          }
          if (mapped.size() < SHOWN) {
            mapped.add(new QualityReport.MappedRow(user, item, rating, time));
          }
          mappedUsers[kept] = user;
          mappedItems[kept] = item;
          mappedRatings[kept++] = rating;
        }
        if (writer != null && kept > 0) {
          writer.writeBatch(
              kept,
              Buffers.of(mappedUsers, kept),
              Buffers.of(mappedItems, kept),
              Buffers.of(mappedRatings, kept));
        }
      }
    }
    long rows = set.rows();
    return new Mapped(
        new QualityReport.SetReport(
            rows,
            unknownUsers,
            unknownMovies,
            rows - unknownUsers,
            rows - unknownUsers - unknownMovies,
            before,
            mapped),
        sum);
  }
}
