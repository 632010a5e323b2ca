package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RankingFoldIn;
import com.craftyverse.recsys.step.RankingCard;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A model's ranking vectors: those of the items in memory, those of the users mapped.
final class RankingModel {
  private final ItemFactors items;
  private final RankingFoldIn foldIn;
  private final List<RecordBatch> users;
  private final int factors;

  /// @param users the model's `users.arrow`, which stays open as long as this is used
  /// @param items the model's `items.arrow`
  /// @param gram the model's `gram.arrow`
  /// @throws MalformedFileException when one does not fit the card
  RankingModel(RankingCard card, ArrowFile users, ArrowFile items, ArrowFile gram)
      throws MalformedFileException {
    this.factors = card.factors();
    this.users = users.batches();
    this.items = new ItemFactors(Math.toIntExact(items.rows()), factors);
    for (RecordBatch batch : items.batches()) {
      if (!this.items.set(
          Math.toIntExact(batch.firstRow()), batch.rows(), batch.data("rankingVector.item"))) {
        throw items.malformed(
            "record batch "
                + batch.index()
                + ": a ranking factor is not a number of sensible size");
      }
    }
    this.foldIn = new RankingFoldIn(card, this.items, RankingFoldIn.readGram(gram, factors));
  }

  ItemFactors items() {
    return items;
  }

  /// Scores the catalogue for a user by their trained vector.
  float[] scoresOfTrained(Profile profile) {
    RecordBatch batch = RecordBatches.at(users, profile.user());
    float[] vector = new float[factors];
    MemorySegment.copy(
        batch.data("rankingVector.item"),
        Buffers.FLOAT32,
        (profile.user() - batch.firstRow()) * factors * Float.BYTES,
        vector,
        0,
        factors);
    return items.products(items.padded(vector));
  }

  /// Scores the catalogue for a user who is folded in from all of a profile.
  float[] scoresOfFoldedIn(Profile profile) {
    return items.products(items.padded(foldIn.place(profile.history())));
  }
}
