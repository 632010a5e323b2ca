package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.RecordBatches;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.ItemVectors;
import com.craftyverse.recsys.model.RankingFoldIn;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model's ranking vectors: mapped, and those of the items also in memory, laid out for scoring.
final class RankingModel {
  private static final String VECTOR = "rankingVector.item";

  private final CatalogScorer scorer;
  private final RankingFoldIn foldIn;
  private final List<RecordBatch> users;
  private final int factors;

  /// Opens the ranking vectors of a model.
  ///
  /// @param directory the model's directory, with a trailing slash
  /// @param users the model's `users.arrow`; null for a model whose users are only folded in
  /// @param items the model's `items.arrow`; both stay open as long as this is used
  /// @return null if the model has no ranking vectors
  static @Nullable RankingModel open(
      ObjectStore store,
      String directory,
      ModelCard card,
      @Nullable ArrowFile users,
      ArrowFile items)
      throws IOException {
    if (card.ranking() == null) {
      return null;
    }
    try (ArrowFile gram = ArrowObjects.open(store, directory + StoreLayout.GRAM)) {
      return new RankingModel(card.ranking(), users, items, gram);
    }
  }

  /// @param users the model's `users.arrow`; null for a model whose users are only folded in
  /// @param items the model's `items.arrow`; both stay open as long as this is used
  /// @param gram the model's `gram.arrow`
  /// @throws MalformedFileException if a file does not match the card
  RankingModel(RankingCard card, @Nullable ArrowFile users, ArrowFile items, ArrowFile gram)
      throws MalformedFileException {
    this.factors = card.factors();
    this.users = users == null ? List.of() : users.batches();
    int count = Math.toIntExact(items.rows());
    this.scorer = new CatalogScorer(count, RowLayout.padded(factors));
    this.foldIn =
        new RankingFoldIn(
            card,
            new MappedVectors(items.batches(), count, factors),
            RankingFoldIn.readGram(gram, factors));
    float[] row = new float[scorer.stride()];
    for (int item = 0; item < count; item++) {
      float[] vector = vector(items.batches(), item, factors);
      if (!ItemFactors.areValid(vector)) {
        throw items.malformed(
            "row " + item + ": a ranking factor is not a number from -1e9 to 1e9");
      }
      System.arraycopy(vector, 0, row, 0, factors);
      scorer.set(item, row, 0);
    }
  }

  /// Returns the scorer of the catalogue.
  CatalogScorer scorer() {
    return scorer;
  }

  /// Writes the trained vector of a user, see [FactorRanker.UserRow].
  void writeTrainedRow(Profile user, float[] rows, int at) {
    System.arraycopy(vector(users, user.user(), factors), 0, rows, at, factors);
  }

  /// Writes the vector that a fold-in of the whole profile gives, see [FactorRanker.UserRow].
  void writeFoldedInRow(Profile user, float[] rows, int at) {
    writeFoldedInRow(user.history(), rows, at);
  }

  /// Writes the vector that a fold-in of a history gives.
  void writeFoldedInRow(History history, float[] rows, int at) {
    System.arraycopy(foldIn.foldIn(history), 0, rows, at, factors);
  }

  private static float[] vector(List<RecordBatch> batches, int row, int factors) {
    RecordBatch batch = RecordBatches.at(batches, row);
    float[] vector = new float[factors];
    batch.floats(VECTOR).copyTo((row - batch.firstRow()) * factors, vector, 0, factors);
    return vector;
  }

  /// The items' vectors, row by row. A fold-in reads them faster than [ItemFactors], which keeps each value
  /// of a vector in another array.
  private record MappedVectors(List<RecordBatch> batches, int items, int factors)
      implements ItemVectors {
    @Override
    public float bias(int item) {
      return 0;
    }

    @Override
    public float[] vector(int item) {
      return RankingModel.vector(batches, item, factors);
    }
  }
}
