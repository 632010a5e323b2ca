package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.step.ModelCard;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A model in memory, predicting just as it did while it was trained. For one thread.
final class LoadedModel {
  private final ModelCard card;
  private final RowLayout layout;
  private final float[] users;
  private final float[] items;
  private final Kernel kernel = Kernels.fastest().kernel();
  private final Scratch scratch;

  /// @param users the model's `users.arrow`
  /// @param items the model's `items.arrow`
  /// @throws MalformedFileException when they do not fit the card
  LoadedModel(ModelCard card, ArrowFile users, ArrowFile items) throws MalformedFileException {
    this.card = card;
    this.layout = new RowLayout(card.factors());
    this.scratch = new Scratch(layout);
    this.users = rows(users, "userId", card.users(), layout.userBias(), layout.itemBias());
    this.items = rows(items, "movieId", card.items(), layout.itemBias(), layout.userBias());
  }

  ModelCard card() {
    return card;
  }

  /// The rating, clipped to the scale; -1 stands for a user or an item that the model does not know, of
  /// whom it says what it says of the other alone.
  float predict(int user, int item) {
    int stride = layout.stride();
    if (user < 0 || item < 0) {
      float known =
          user >= 0
              ? users[user * stride + layout.userBias()]
              : item >= 0 ? items[item * stride + layout.itemBias()] : 0;
      return card.clip((card.isDot() ? card.trainMean() : card.globalMean()) + known);
    }
    float dot = kernel.dot(scratch, users, user * stride, items, item * stride, stride);
    return card.clip(card.globalMean() + dot);
  }

  private float[] rows(ArrowFile file, String id, int expected, int biasPlace, int onePlace)
      throws MalformedFileException {
    int k = card.factors();
    List<Column> columns =
        List.of(
            Column.int32(id),
            Column.fixedSizeList("vector", Column.float32("item"), k),
            Column.float32("bias"));
    if (file.columns().size() < columns.size()
        || !file.columns().subList(0, columns.size()).equals(columns)) {
      file.require(columns);
    }
    if (file.rows() != expected) {
      throw file.malformed(file.rows() + " rows; model.json says " + expected);
    }
    int stride = layout.stride();
    float[] rows = layout.allocate(expected);
    for (RecordBatch batch : file.batches()) {
      MemorySegment vectors = batch.data("vector.item");
      MemorySegment biases = batch.data("bias");
      for (int row = 0; row < batch.rows(); row++) {
        int at = (Math.toIntExact(batch.firstRow()) + row) * stride;
        MemorySegment.copy(vectors, Buffers.FLOAT32, (long) row * k * Float.BYTES, rows, at, k);
        rows[at + biasPlace] = biases.get(Buffers.FLOAT32, (long) row * Float.BYTES);
        rows[at + onePlace] = 1;
      }
    }
    return rows;
  }
}
