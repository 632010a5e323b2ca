package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import java.io.InterruptedIOException;
import java.util.List;

/// A file of ratings by dense index, read front to back. Files that keep unknown users and items give them
/// the index -1.
final class Ratings {
  private static final List<Column> COLUMNS =
      List.of(Column.int32("user"), Column.int32("item"), Column.float32("rating"));

  /// Receives one rating.
  @FunctionalInterface
  interface Visitor {
    void visit(int user, int item, float rating);
  }

  private final ArrowFile file;
  private final ModelCard card;
  private final int lowest;

  /// @param card of the model; all users and items of the file must belong to it
  /// @throws MalformedFileException if it is not a file of ratings
  Ratings(ArrowFile file, ModelCard card) throws MalformedFileException {
    file.require(COLUMNS);
    this.file = file;
    this.card = card;
    this.lowest = Schemas.KEEP.equals(file.metadata().get(Schemas.COLD_START)) ? -1 : 0;
  }

  long rows() {
    return file.rows();
  }

  /// Returns whether the file has ratings of unknown users and items.
  boolean keepsUnknown() {
    return lowest < 0;
  }

  /// Visits every rating in file order.
  ///
  /// @throws MalformedFileException if a rating is not finite, or its user or item is not in the model
  /// @throws InterruptedIOException if the thread is interrupted
  void forEach(Visitor visitor) throws MalformedFileException, InterruptedIOException {
    for (RecordBatch batch : file.batches()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("evaluate was stopped");
      }
      IntColumn users = batch.ints("user");
      IntColumn items = batch.ints("item");
      FloatColumn ratings = batch.floats("rating");
      for (int row = 0; row < batch.rows(); row++) {
        int user = users.get(row);
        int item = items.get(row);
        float rating = ratings.get(row);
        if (user < lowest
            || user >= card.users()
            || item < lowest
            || item >= card.items()
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
                  + "; the model has "
                  + card.users()
                  + " users and "
                  + card.items()
                  + " items");
        }
        visitor.visit(user, item, rating);
      }
    }
  }
}
