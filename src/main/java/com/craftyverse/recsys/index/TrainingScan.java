package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.index.QualityReport.MappedRow;
import com.craftyverse.recsys.index.QualityReport.RawRow;
import com.craftyverse.recsys.step.DatasetIds;
import java.util.ArrayList;
import java.util.List;

/// The results of one pass over the training set, which may lie in several files: users, items, the sum of
/// the ratings and the first rows. The pass also checks every row.
///
/// @param users the users of the training set
/// @param items the items of the training set
/// @param ratingSum the sum of the ratings, added in the set's order
/// @param report the training set's part of the quality report; no row in it has an unknown user or item
record TrainingScan(
    IdVocabulary users, IdVocabulary items, double ratingSum, QualityReport.SetReport report) {

  /// Scans the files.
  ///
  /// @param ids what the ids in the files stand for
  /// @param feedback what the rows are
  /// @throws MalformedFileException if a timestamp is outside its file's bounds, an id is negative or a
  ///     rating is not a finite number
  static TrainingScan of(TrainingSources training, DatasetIds ids, Feedback feedback)
      throws MalformedFileException {
    IdVocabulary.Counter users = new IdVocabulary.Counter();
    IdVocabulary.Counter items = new IdVocabulary.Counter();
    List<RawRow> raw = new ArrayList<>();
    List<MappedRow> coded = new ArrayList<>();
    double sum = 0;
    for (TrainingSources.Part part : training.parts()) {
      ArrowFile file = part.file();
      double after = part.set().after();
      double until = part.set().until();
      for (RecordBatch batch : file.batches()) {
        IntColumn userIds = batch.ints("userId");
        IntColumn itemIds = batch.ints("itemId");
        FloatColumn ratings = batch.floats("rating");
        LongColumn times = batch.longs("timestamp");
        for (int i = 0; i < batch.rows(); i++) {
          int user = userIds.get(i);
          int item = itemIds.get(i);
          float rating = ratings.get(i);
          long time = times.get(i);
          if ((user | item) < 0 || !(time > after && time <= until) || !Float.isFinite(rating)) {
            long row = batch.firstRow() + i;
            IdVocabulary.requireId(file, row, "userId", user);
            IdVocabulary.requireId(file, row, "itemId", item);
            EvaluationSetIndexer.requireValid(file, row, rating, time, after, until);
          }
          users.add(user);
          items.add(item);
          sum += rating;
          if (raw.size() < EvaluationSetIndexer.SAMPLE_ROWS) {
            raw.add(RawRow.of(feedback, ids.user(user), ids.item(item), rating, time));
            coded.add(MappedRow.of(feedback, user, item, rating, time));
          }
        }
      }
    }
    IdVocabulary userIds = IdVocabulary.of(users, training.files(), "userId");
    IdVocabulary itemIds = IdVocabulary.of(items, training.files(), "itemId");
    List<MappedRow> mapped =
        coded.stream()
            .map(
                row ->
                    new MappedRow(
                        userIds.indexOf(row.user()),
                        itemIds.indexOf(row.item()),
                        row.rating(),
                        row.amount(),
                        row.timestamp()))
            .toList();
    long rows = training.rows();
    return new TrainingScan(
        userIds, itemIds, sum, new QualityReport.SetReport(rows, 0, 0, rows, rows, raw, mapped));
  }

  /// Returns the share of all pairs of users and items that are rated.
  double density() {
    return (double) report.rows() / ((double) users.size() * items.size());
  }
}
