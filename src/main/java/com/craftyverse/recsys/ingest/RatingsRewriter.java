package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.Progress;
import java.io.IOException;
import java.nio.file.Path;

/// Reads ratings again: without duplicates, and with the final codes of ids that have a dictionary.
///
/// @param ratings the ratings as first written
/// @param duplicates the rows to leave out, and the sums of the others
/// @param userCodes the new code of each user; empty to keep them
/// @param itemCodes the new code of each item; empty to keep them
record RatingsRewriter(
    ArrowFile ratings, Duplicates.Result duplicates, int[] userCodes, int[] itemCodes) {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  /// Returns a reader that changes nothing.
  static RatingsRewriter unchanged(ArrowFile ratings) {
    return new RatingsRewriter(ratings, Duplicates.Result.NONE, new int[0], new int[0]);
  }

  /// Writes the file.
  ///
  /// @param path the file to write; an existing one is replaced
  /// @param label the name of the work in progress messages
  /// @return the counts and ranges of its rows
  RatingsSummary write(Path path, String label) throws IOException {
    String activity = duplicates.rows().isEmpty() ? ", numbering ids" : ", removing duplicates";
    Progress progress = new Progress(LOG, label + activity, "rows", ratings.rows());
    try (RatingsWriter writer = new RatingsWriter(path)) {
      copyTo(writer, progress);
      return writer.summary();
    }
  }

  /// Passes the rows to a sink.
  ///
  /// @param progress counts the rows that were read
  void copyTo(RatingsParser.Sink sink, Progress progress) throws IOException {
    RatingsBatch output = new RatingsBatch();
    for (RecordBatch batch : ratings.batches()) {
      IntColumn users = batch.ints("userId");
      IntColumn items = batch.ints("itemId");
      FloatColumn values = batch.floats("rating");
      LongColumn timestamps = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        int row = (int) batch.firstRow() + i;
        if (!duplicates.rows().get(row)) {
          int user = users.get(i);
          int item = items.get(i);
          output.users[output.rows] = userCodes.length == 0 ? user : userCodes[user];
          output.items[output.rows] = itemCodes.length == 0 ? item : itemCodes[item];
          output.ratings[output.rows] = duplicates.value(row, values.get(i));
          output.timestamps[output.rows] = timestamps.get(i);
          if (++output.rows == RatingsBatch.CAPACITY) {
            output = sink.accept(output);
            output.rows = 0;
          }
        }
      }
      progress.update(batch.firstRow() + batch.rows());
    }
    if (output.rows > 0) {
      sink.accept(output);
    }
  }
}
