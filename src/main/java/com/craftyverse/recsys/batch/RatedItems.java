package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.RecordBatches;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import org.jspecify.annotations.Nullable;

/// The items that a model's users rated: its `seen.arrow`, mapped. Not thread-safe; fastest for
/// ascending users.
final class RatedItems {
  private final ArrowFile file;
  private final int items;
  private @Nullable Loaded loaded;

  /// The batch that was read last; the check of its offsets takes longer than reading a user.
  private record Loaded(RecordBatch batch, IntColumn bounds, IntColumn rated) {}

  /// @param file stays open as long as this is used
  /// @throws MalformedFileException if the file does not match the card
  RatedItems(ArrowFile file, ModelCard card) throws MalformedFileException {
    file.require(Schemas.SEEN);
    if (file.rows() != card.users()) {
      throw file.malformed(file.rows() + " rows; model.json says " + card.users());
    }
    this.file = file;
    this.items = card.items();
  }

  /// Returns the items that a user rated, by number.
  ///
  /// @throws MalformedFileException if an item is not in the model
  int[] of(int row) throws MalformedFileException {
    Loaded at = loaded;
    if (at == null || row < at.batch.firstRow() || row >= at.batch.firstRow() + at.batch.rows()) {
      RecordBatch batch = RecordBatches.at(file.batches(), row);
      at = new Loaded(batch, batch.offsets("ratings"), batch.ints("ratings.item.item"));
      loaded = at;
    }
    int in = (int) (row - at.batch.firstRow());
    int from = at.bounds.get(in);
    int[] rated = new int[at.bounds.get(in + 1) - from];
    at.rated.copyTo(from, rated, 0, rated.length);
    for (int item : rated) {
      if (item < 0 || item >= items) {
        throw file.malformed("row " + row + ": item " + item + "; there are " + items + " items");
      }
    }
    return rated;
  }
}
