package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.DatasetIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An indexer for the test or validation set. It maps rows to dense indices, counts the rows whose user or
/// item is not in training (and drops them if requested), and checks each row against the set's time bounds.
final class EvaluationSetIndexer {
  /// Sample rows of each set in the quality report.
  static final int SAMPLE_ROWS = 5;

  /// Drops rows whose user or item is not in training.
  static final String DROP = "drop";

  /// Keeps these rows, with the index -1 for the unknown user or item.
  static final String KEEP = Schemas.KEEP;

  private final IdVocabulary users;
  private final IdVocabulary items;
  private final DatasetIds ids;
  private final Feedback feedback;

  /// @param ids what the ids in the sets stand for
  /// @param feedback what the rows are
  EvaluationSetIndexer(IdVocabulary users, IdVocabulary items, DatasetIds ids, Feedback feedback) {
    this.users = users;
    this.items = items;
    this.ids = ids;
    this.feedback = feedback;
  }

  /// Maps a set to dense indices and writes it.
  ///
  /// @param coldStart [#DROP] or [#KEEP]
  /// @param after the exclusive lower bound of the timestamps
  /// @param until the inclusive upper bound of the timestamps
  /// @param path the file to write the mapped rows to
  /// @return a report on the rows before and after mapping
  /// @throws MalformedFileException if a timestamp is out of bounds or a rating is not a finite number
  QualityReport.SetReport index(
      ArrowFile set, String coldStart, double after, double until, Path path) throws IOException {
    boolean keep = coldStart.equals(KEEP);
    long unknownUsers = 0;
    long unknownItems = 0;
    List<QualityReport.RawRow> rawSample = new ArrayList<>();
    List<QualityReport.MappedRow> mappedSample = new ArrayList<>();
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, metadata(coldStart))) {
      for (RecordBatch batch : set.batches()) {
        IntColumn userIds = batch.ints("userId");
        IntColumn itemIds = batch.ints("itemId");
        FloatColumn ratings = batch.floats("rating");
        LongColumn times = batch.longs("timestamp");
        int[] mappedUsers = new int[batch.rows()];
        int[] mappedItems = new int[batch.rows()];
        float[] mappedRatings = new float[batch.rows()];
        int count = 0;
        for (int i = 0; i < batch.rows(); i++) {
          int userId = userIds.get(i);
          int itemId = itemIds.get(i);
          float rating = ratings.get(i);
          long time = times.get(i);
          requireValid(set, batch.firstRow() + i, rating, time, after, until);
          if (rawSample.size() < SAMPLE_ROWS) {
            rawSample.add(
                QualityReport.RawRow.of(
                    feedback, ids.user(userId), ids.item(itemId), rating, time));
          }
          int user = users.indexOf(userId);
          int item = items.indexOf(itemId);
          if (user < 0) {
            unknownUsers++;
          } else if (item < 0) {
            unknownItems++;
          }
          if ((user < 0 || item < 0) && !keep) {
            continue;
          }
          if (mappedSample.size() < SAMPLE_ROWS) {
            mappedSample.add(QualityReport.MappedRow.of(feedback, user, item, rating, time));
          }
          mappedUsers[count] = user;
          mappedItems[count] = item;
          mappedRatings[count++] = rating;
        }
        if (count > 0) {
          writer.writeBatch(
              count,
              Buffers.of(mappedUsers, count),
              Buffers.of(mappedItems, count),
              Buffers.of(mappedRatings, count));
        }
      }
    }
    long rows = set.rows();
    return new QualityReport.SetReport(
        rows,
        unknownUsers,
        unknownItems,
        rows - unknownUsers,
        rows - unknownUsers - unknownItems,
        rawSample,
        mappedSample);
  }

  /// Writes a set without rows.
  QualityReport.SetReport writeEmpty(String coldStart, Path path) throws IOException {
    ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, metadata(coldStart)).close();
    return new QualityReport.SetReport(0, 0, 0, 0, 0, List.of(), List.of());
  }

  private static Map<String, String> metadata(String coldStart) {
    return coldStart.equals(KEEP) ? Map.of(Schemas.COLD_START, KEEP) : Map.of();
  }

  /// Refuses a row whose rating is not finite or whose time is outside its set's bounds.
  static void requireValid(
      ArrowFile set, long row, float rating, long time, double after, double until)
      throws MalformedFileException {
    if (!(time > after && time <= until)) {
      throw set.malformed(
          "row "
              + row
              + ": timestamp "
              + time
              + " is not later than "
              + after
              + " and at most "
              + until
              + "; the sets would overlap in time");
    }
    if (!Float.isFinite(rating)) {
      throw set.malformed(
          "row " + row + ": the rating is " + rating + ", expected a finite number");
    }
  }
}
