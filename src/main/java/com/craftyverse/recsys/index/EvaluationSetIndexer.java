package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Indexes the test or the validation set: maps its rows to dense indices, counts the rows that training
/// does not know (and drops them if asked to), and checks each row against the set's time bounds.
final class EvaluationSetIndexer {
  /// Rows of each set in the quality report.
  static final int SHOWN = 5;

  /// Rows that training does not know are left out.
  static final String DROP = "drop";

  /// They are kept, with -1 for what training does not know.
  static final String KEEP = Schemas.KEEP;

  private final IdVocabulary users;
  private final IdVocabulary items;

  EvaluationSetIndexer(IdVocabulary users, IdVocabulary items) {
    this.users = users;
    this.items = items;
  }

  /// Maps a set.
  ///
  /// @param coldStart [#DROP] or [#KEEP]
  /// @param after every timestamp must be later than this
  /// @param until and no later than this
  /// @param path where the mapped rows go
  /// @return rows before and after
  /// @throws MalformedFileException when a timestamp is outside the set's bounds or a rating is not a
  ///     number
  QualityReport.SetReport map(
      ArrowFile set, String coldStart, double after, double until, Path path) throws IOException {
    boolean keep = coldStart.equals(KEEP);
    long unknownUsers = 0;
    long unknownItems = 0;
    List<QualityReport.RawRow> before = new ArrayList<>();
    List<QualityReport.MappedRow> mapped = new ArrayList<>();
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
        int kept = 0;
        for (int i = 0; i < batch.rows(); i++) {
          int userId = userIds.get(i);
          int itemId = itemIds.get(i);
          float rating = ratings.get(i);
          long time = times.get(i);
          requireSound(set, batch.firstRow() + i, rating, time, after, until);
          if (before.size() < SHOWN) {
            before.add(new QualityReport.RawRow(userId, itemId, rating, time));
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
          if (mapped.size() < SHOWN) {
            mapped.add(new QualityReport.MappedRow(user, item, rating, time));
          }
          mappedUsers[kept] = user;
          mappedItems[kept] = item;
          mappedRatings[kept++] = rating;
        }
        if (kept > 0) {
          writer.writeBatch(
              kept,
              Buffers.of(mappedUsers, kept),
              Buffers.of(mappedItems, kept),
              Buffers.of(mappedRatings, kept));
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
        before,
        mapped);
  }

  /// Writes a set of no rows.
  QualityReport.SetReport none(String coldStart, Path path) throws IOException {
    ArrowFileWriter.create(path, Schemas.INDEXED_RATINGS, metadata(coldStart)).close();
    return new QualityReport.SetReport(0, 0, 0, 0, 0, List.of(), List.of());
  }

  private static Map<String, String> metadata(String coldStart) {
    return coldStart.equals(KEEP) ? Map.of(Schemas.COLD_START, KEEP) : Map.of();
  }

  /// Refuses a row whose rating is not a number or whose time is not its set's.
  static void requireSound(
      ArrowFile set, long row, float rating, long time, double after, double until)
      throws MalformedFileException {
    if (!(time > after && time <= until)) {
      throw set.malformed(
          "row "
              + row
              + ": timestamp "
              + time
              + " is not after "
              + after
              + " and up to "
              + until
              + "; the sets would leak into each other");
    }
    if (!Float.isFinite(rating)) {
      throw set.malformed("row " + row + ": the rating is " + rating);
    }
  }
}
