package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import java.util.List;

/// A model's training ratings by user: its `seen.arrow`, mapped.
final class TrainingHistory {
  private final ArrowFile file;
  private final List<RecordBatch> batches;
  private final int items;

  /// @throws MalformedFileException if the file does not match the card
  TrainingHistory(ArrowFile file, ModelCard card) throws MalformedFileException {
    file.require(Schemas.SEEN);
    if (file.rows() != card.users()) {
      throw file.malformed(file.rows() + " rows; model.json says " + card.users());
    }
    this.file = file;
    this.batches = file.batches();
    this.items = card.items();
  }

  /// Appends a user's training ratings to a profile.
  ///
  /// @throws MalformedFileException if an item is not in the model or a rating is not a finite number
  void copyTo(Profile profile, int user) throws MalformedFileException {
    RecordBatch batch = RecordBatches.at(batches, user);
    int row = (int) (user - batch.firstRow());
    IntColumn offsets = batch.offsets("ratings");
    IntColumn rated = batch.ints("ratings.item.item");
    FloatColumn ratings = batch.floats("ratings.item.rating");
    int to = offsets.get(row + 1);
    for (int at = offsets.get(row); at < to; at++) {
      int item = rated.get(at);
      float rating = ratings.get(at);
      if (item < 0 || item >= items || !Float.isFinite(rating)) {
        throw file.malformed(
            "row "
                + user
                + ": item "
                + item
                + ", rating "
                + rating
                + "; there are "
                + items
                + " items");
      }
      profile.add(item, rating);
    }
  }
}
