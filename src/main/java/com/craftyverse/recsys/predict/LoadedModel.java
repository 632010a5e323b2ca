package com.craftyverse.recsys.predict;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model in memory. It never changes, so any number of threads may ask it.
final class LoadedModel {
  private final ModelCard card;
  private final Side users;
  private final Side items;
  private final String[] titles;

  private LoadedModel(ModelCard card, Side users, Side items, String[] titles) {
    this.card = card;
    this.users = users;
    this.items = items;
    this.titles = titles;
  }

  /// One of the two factor matrices, with the ids that its rows belong to.
  ///
  /// @param ids ascending
  /// @param vectors rows of k values
  /// @param biases one a row
  private record Side(int[] ids, float[] vectors, float[] biases) {
    int rowOf(int id) {
      return Arrays.binarySearch(ids, id);
    }
  }

  /// Loads a model.
  ///
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException when a file of it is damaged
  /// @throws com.craftyverse.recsys.storage.NoSuchObjectException when one is missing
  static LoadedModel load(ObjectStore store, String dataset, String modelId) throws IOException {
    String directory = ObjectKeys.modelDirectory(dataset, modelId);
    ModelCard card = ModelCard.read(store, directory);
    Side users;
    String usersKey = directory + ObjectKeys.USERS;
    try (FetchedObject fetched = store.fetch(usersKey);
        ArrowFile file = ArrowFile.open(fetched.path(), usersKey)) {
      users = side(file, Schemas.modelUsers(card.factors()), card.users(), card.factors());
    }
    String itemsKey = directory + ObjectKeys.ITEMS;
    try (FetchedObject fetched = store.fetch(itemsKey);
        ArrowFile file = ArrowFile.open(fetched.path(), itemsKey)) {
      Side items = side(file, Schemas.modelItems(card.factors()), card.items(), card.factors());
      String[] titles = new String[card.items()];
      for (RecordBatch batch : file.batches()) {
        String[] texts = batch.texts("title");
        System.arraycopy(texts, 0, titles, (int) batch.firstRow(), texts.length);
      }
      return new LoadedModel(card, users, items, titles);
    }
  }

  private static Side side(ArrowFile file, List<Column> columns, int rows, int factors)
      throws IOException {
    file.require(columns);
    if (file.rows() != rows) {
      throw file.malformed(file.rows() + " rows, but model.json says " + rows);
    }
    int[] ids = new int[rows];
    float[] vectors = new float[Math.multiplyExact(rows, factors)];
    float[] biases = new float[rows];
    String idColumn = columns.getFirst().name();
    for (RecordBatch batch : file.batches()) {
      int first = (int) batch.firstRow();
      copy(batch, idColumn, ids, first);
      MemorySegment.copy(
          batch.data("vector.item"),
          Buffers.FLOAT32,
          0,
          vectors,
          first * factors,
          batch.rows() * factors);
      MemorySegment.copy(batch.data("bias"), Buffers.FLOAT32, 0, biases, first, batch.rows());
    }
    for (int row = 1; row < rows; row++) {
      if (ids[row] <= ids[row - 1]) {
        throw file.malformed(
            "row "
                + row
                + ": "
                + idColumn
                + " "
                + ids[row]
                + " does not come after "
                + ids[row - 1]);
      }
    }
    return new Side(ids, vectors, biases);
  }

  private static void copy(RecordBatch batch, String column, int[] target, int first) {
    MemorySegment.copy(batch.data(column), Buffers.INT32, 0, target, first, batch.rows());
  }

  ModelCard card() {
    return card;
  }

  /// Predicts a rating. What the model does not know of the pair is left out of the sum, which makes
  /// the prediction the mean, corrected by how the known side deviates from it.
  PredictResult.Prediction predict(int userId, int movieId) {
    int user = users.rowOf(userId);
    int item = items.rowOf(movieId);
    float sum = card.globalMean();
    if (user >= 0) {
      sum += users.biases[user];
    }
    if (item >= 0) {
      sum += items.biases[item];
    }
    if (user >= 0 && item >= 0) {
      sum += dot(user * card.factors(), item * card.factors());
    } else if (card.isDot()) {
      sum = card.trainMean();
    }
    String reason = reason(user >= 0, item >= 0);
    return new PredictResult.Prediction(
        movieId,
        item < 0 || titles[item].isEmpty() ? null : titles[item],
        card.clip(sum),
        reason == null ? PredictResult.Source.model : PredictResult.Source.fallback,
        reason);
  }

  /// Why a prediction is a fallback, null when it is not.
  private @Nullable String reason(boolean userKnown, boolean itemKnown) {
    if (userKnown && itemKnown) {
      return null;
    }
    String mean = "the mean of all ratings";
    if (userKnown) {
      return "unknown movie: " + (card.isDot() ? mean : "the user's average");
    }
    return itemKnown
        ? "unknown user: " + (card.isDot() ? mean : "the movie's average")
        : "unknown user and unknown movie: " + mean;
  }

  private float dot(int user, int item) {
    float sum = 0;
    for (int i = 0; i < card.factors(); i++) {
      sum += users.vectors[user + i] * items.vectors[item + i];
    }
    return sum;
  }
}
