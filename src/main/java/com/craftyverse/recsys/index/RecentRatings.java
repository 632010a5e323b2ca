package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.Quantile;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.util.List;

/// A counter of each item's ratings in the last fifth of the training ratings: those later than the 0.8
/// quantile of the timestamps. This defines "recently popular" throughout the project.
final class RecentRatings {
  private static final double BEGIN = 0.8;

  private RecentRatings() {}

  /// Counts the recent ratings.
  ///
  /// @param files the training set, at least one row
  /// @param items the items of the training set
  /// @return the count of each item; all zero if every rating has the same timestamp
  static int[] count(List<ArrowFile> files, IdVocabulary items) {
    List<RecordBatch> batches = files.stream().flatMap(file -> file.batches().stream()).toList();
    double recentStart =
        Quantile.of(batches.stream().map(batch -> batch.data("timestamp")).toList(), BEGIN)[0];
    int[] counts = new int[items.size()];
    for (RecordBatch batch : batches) {
      IntColumn itemIds = batch.ints("itemId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        if (times.get(i) > recentStart) {
          counts[items.indexOf(itemIds.get(i))]++;
        }
      }
    }
    return counts;
  }
}
