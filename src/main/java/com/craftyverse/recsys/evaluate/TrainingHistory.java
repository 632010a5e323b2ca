package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.RecordBatches;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import java.util.ArrayList;
import java.util.List;

/// A model's training ratings by user: its `seen.arrow`, mapped.
final class TrainingHistory {
  private final ArrowFile file;
  private final List<RecordBatch> batches;

  /// The offsets of each batch, whose check takes longer than reading one user.
  private final List<IntColumn> offsets = new ArrayList<>();

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
    for (RecordBatch batch : batches) {
      offsets.add(batch.offsets("ratings"));
    }
  }

  /// Returns the number of a user's training ratings.
  int ratings(int user) {
    RecordBatch batch = RecordBatches.at(batches, user);
    IntColumn bounds = offsets.get(batch.index());
    int row = (int) (user - batch.firstRow());
    return bounds.get(row + 1) - bounds.get(row);
  }

  /// Returns the number of held-out ratings whose user rated the item in training, too.
  long countCommon(HeldOutRatings heldOut) throws MalformedFileException {
    Profile profile = new Profile();
    long common = 0;
    for (int group = 0; group < heldOut.groups(); group++) {
      int user = heldOut.user(group);
      if (user < 0) {
        continue;
      }
      profile.reset(user);
      copyTo(profile, user);
      for (int row = heldOut.start(group); row < heldOut.start(group + 1); row++) {
        common += heldOut.item(row) >= 0 && profile.contains(heldOut.item(row)) ? 1 : 0;
      }
    }
    return common;
  }

  /// Appends a user's training ratings to a profile.
  ///
  /// @throws MalformedFileException if an item is not in the model or a rating is not a finite number
  void copyTo(Profile profile, int user) throws MalformedFileException {
    RecordBatch batch = RecordBatches.at(batches, user);
    int row = (int) (user - batch.firstRow());
    IntColumn bounds = offsets.get(batch.index());
    IntColumn rated = batch.ints("ratings.item.item");
    FloatColumn ratings = batch.floats("ratings.item.rating");
    int to = bounds.get(row + 1);
    for (int at = bounds.get(row); at < to; at++) {
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
