package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Held-out ratings to validate a model, by users and of items that it knows.
final class ValidationSet {
  /// Minimum ratings and users for early stopping.
  static final int MIN_ROWS = 2_000;

  static final int MIN_USERS = 100;

  /// Rows that one task predicts.
  static final int SLICE_ROWS = 8_192;

  /// A slice of the set.
  ///
  /// @param from the first row within the batch's columns
  /// @param rows number of rows, at most [#SLICE_ROWS]
  record Slice(IntColumn user, IntColumn item, FloatColumn rating, int from, int rows) {}

  private final List<Slice> slices = new ArrayList<>();
  private final long rows;
  private final BitSet users;

  /// @throws MalformedFileException if a row has an unknown user or item, or a rating that is not finite
  ValidationSet(ArrowFile file, int knownUsers, int knownItems) throws MalformedFileException {
    file.require(IndexFiles.RATINGS);
    BitSet seen = new BitSet();
    for (RecordBatch batch : file.batches()) {
      IntColumn userColumn = batch.ints(IndexFiles.USER);
      IntColumn itemColumn = batch.ints(IndexFiles.ITEM);
      FloatColumn ratingColumn = batch.floats(IndexFiles.RATING);
      for (int row = 0; row < batch.rows(); row++) {
        int user = userColumn.get(row);
        int item = itemColumn.get(row);
        float rating = ratingColumn.get(row);
        if (user < 0
            || user >= knownUsers
            || item < 0
            || item >= knownItems
            || !Float.isFinite(rating)) {
          throw file.malformed(
              "record batch "
                  + batch.index()
                  + ", row "
                  + row
                  + ": user "
                  + user
                  + ", item "
                  + item
                  + ", rating "
                  + rating
                  + "; there are "
                  + knownUsers
                  + " users and "
                  + knownItems
                  + " items");
        }
        seen.set(user);
      }
      for (int from = 0; from < batch.rows(); from += SLICE_ROWS) {
        int count = Math.min(SLICE_ROWS, batch.rows() - from);
        slices.add(new Slice(userColumn, itemColumn, ratingColumn, from, count));
      }
    }
    this.rows = file.rows();
    this.users = seen;
  }

  List<Slice> slices() {
    return slices;
  }

  long rows() {
    return rows;
  }

  /// Returns the number of users with at least one rating in this set.
  int users() {
    return users.cardinality();
  }

  /// Returns whether the set has a rating of a user.
  boolean hasUser(int user) {
    return users.get(user);
  }

  /// Returns the number of ratings of the users of a training set.
  long rowsOf(TrainingSet training) {
    if (training.isWhole()) {
      return rows;
    }
    long count = 0;
    for (Slice slice : slices) {
      for (int i = 0; i < slice.rows; i++) {
        count += training.includes(slice.user.get(slice.from + i)) ? 1 : 0;
      }
    }
    return count;
  }

  /// Returns whether the set is large enough for early stopping.
  boolean isLargeEnough() {
    return rows >= MIN_ROWS && users() >= MIN_USERS;
  }
}
