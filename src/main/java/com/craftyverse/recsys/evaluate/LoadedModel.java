package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.ItemVectors;
import com.craftyverse.recsys.model.RatingFoldIn;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A rating model in memory; its predictions equal those in training.
final class LoadedModel {
  /// Tolerance of a folded-in user's predictions, as a share of the scale.
  private static final double FOLD_IN_TOLERANCE = 1e-3;

  private final ModelCard card;
  private final RowLayout layout;
  private final float[] users;
  private final float[] items;
  private final ModelCatalog catalog;
  private final CatalogScorer scorer;
  private final RatingFoldIn foldIn;
  private final Kernel kernel = Kernels.fastest().kernel();
  private final Scratch scratch;

  /// @param catalog the model's users and items
  /// @param users the model's `users.arrow`; null for a model whose users are only folded in
  /// @param items the model's `items.arrow`
  /// @param regularization λ of the users' factors in training
  /// @param biasRegularization λ of the users' biases in training
  /// @throws MalformedFileException if the files do not match the card
  LoadedModel(
      ModelCatalog catalog,
      @Nullable ArrowFile users,
      ArrowFile items,
      double regularization,
      double biasRegularization)
      throws MalformedFileException {
    this.card = catalog.card();
    this.catalog = catalog;
    this.layout = new RowLayout(card.factors());
    this.scratch = new Scratch(layout);
    this.users = users == null ? new float[0] : rows(users, layout.userBias(), layout.itemBias());
    this.items = rows(items, layout.itemBias(), layout.userBias());
    this.scorer = new CatalogScorer(card.items(), layout.stride());
    for (int item = 0; item < card.items(); item++) {
      scorer.set(item, this.items, item * layout.stride());
    }
    this.foldIn = new RatingFoldIn(card, new ItemRows(), regularization, biasRegularization);
  }

  ModelCard card() {
    return card;
  }

  /// Returns the number of training ratings per item.
  int[] itemRatings() {
    return catalog.itemRatings();
  }

  /// Returns the scorer of the catalogue.
  CatalogScorer scorer() {
    return scorer;
  }

  /// Writes the trained row of a user, see [FactorRanker.UserRow].
  void writeTrainedRow(Profile user, float[] rows, int at) {
    System.arraycopy(users, user.user() * layout.stride(), rows, at, layout.stride());
  }

  /// Writes the row that a fold-in of the whole profile gives, see [FactorRanker.UserRow].
  void writeFoldedInRow(Profile user, float[] rows, int at) {
    writeFoldedInRow(user.history(), rows, at);
  }

  /// Writes the row that a fold-in of a history gives.
  void writeFoldedInRow(History history, float[] rows, int at) {
    RatingFoldIn.UserEmbedding embedding = foldIn.foldIn(history);
    System.arraycopy(embedding.vector(), 0, rows, at, card.factors());
    rows[at + layout.userBias()] = embedding.bias();
    rows[at + layout.itemBias()] = 1;
  }

  /// Returns the number of unknowns of a fold-in: the factors, plus the bias if the model has biases.
  int equationSize() {
    return card.factors() + (card.isDot() ? 0 : 1);
  }

  /// Copies an item's row of the fold-in's equations: its factors, and 1 for the bias.
  void copyEquationRow(int item, double[] rows, int at) {
    int from = item * layout.stride();
    for (int f = 0; f < card.factors(); f++) {
      rows[at + f] = items[from + f];
    }
    if (!card.isDot()) {
      rows[at + card.factors()] = 1;
    }
  }

  /// Returns a fold-in without ratings.
  SequentialFoldIn newFoldIn() {
    return new SequentialFoldIn(
        foldIn.penalties(),
        foldIn.prior(),
        FOLD_IN_TOLERANCE * (card.ratingScale().max() - card.ratingScale().min()));
  }

  /// Returns the prediction for an unknown user, not clipped: mean and item bias.
  double itemAverage(int item) {
    return (double) card.globalMean() + items[item * layout.stride() + layout.itemBias()];
  }

  /// Returns the predicted rating, clipped to the scale. -1 stands for an unknown user or item; the
  /// prediction then uses only the other one. Not thread-safe.
  float predict(int user, int item) {
    int stride = layout.stride();
    if (user < 0 || item < 0) {
      float bias =
          user >= 0
              ? users[user * stride + layout.userBias()]
              : item >= 0 ? items[item * stride + layout.itemBias()] : 0;
      return card.clip((card.isDot() ? card.trainMean() : card.globalMean()) + bias);
    }
    float dot = kernel.dot(scratch, users, user * stride, items, item * stride, stride);
    return card.clip(card.globalMean() + dot);
  }

  /// The items' rows. A fold-in reads them faster than [ItemFactors], which keeps each value of a vector in
  /// another array.
  private final class ItemRows implements ItemVectors {
    @Override
    public int items() {
      return card.items();
    }

    @Override
    public int factors() {
      return card.factors();
    }

    @Override
    public float bias(int item) {
      return items[item * layout.stride() + layout.itemBias()];
    }

    @Override
    public float[] vector(int item) {
      int at = item * layout.stride();
      return Arrays.copyOfRange(items, at, at + card.factors());
    }
  }

  private float[] rows(ArrowFile file, int biasColumn, int oneColumn)
      throws MalformedFileException {
    int k = card.factors();
    int stride = layout.stride();
    float[] rows = layout.allocate(Math.toIntExact(file.rows()));
    for (RecordBatch batch : file.batches()) {
      FloatColumn vectors = batch.floats("vector.item");
      FloatColumn biases = batch.floats("bias");
      for (int row = 0; row < batch.rows(); row++) {
        int at = (Math.toIntExact(batch.firstRow()) + row) * stride;
        vectors.copyTo((long) row * k, rows, at, k);
        rows[at + biasColumn] = biases.get(row);
        rows[at + oneColumn] = 1;
      }
    }
    if (!ItemFactors.areValid(rows)) {
      throw file.malformed("a factor or bias is not a number from -1e9 to 1e9");
    }
    return rows;
  }
}
