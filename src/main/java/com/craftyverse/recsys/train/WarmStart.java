package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An earlier model to start from, of any version of the dataset. Users and items that it knows
/// keep their factors and biases; the others start as in a cold start.
final class WarmStart {
  /// The field of the request, and the name of the model among a manifest's inputs.
  static final String FIELD = "warmStart";

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private final ObjectStore store;
  private final String manifest;
  private final Manifest model;
  private final ModelCard card;

  private WarmStart(ObjectStore store, String manifest, Manifest model, ModelCard card) {
    this.store = store;
    this.manifest = manifest;
    this.model = model;
    this.card = card;
  }

  /// @param key the manifest of the earlier model
  /// @throws RequestException if there is no such model
  static WarmStart of(ObjectStore store, String key) throws IOException {
    Request.requireKey(FIELD, key);
    Manifest model = Manifest.read(store, FIELD, key, StepName.TRAIN);
    return new WarmStart(store, key, model, ModelCard.read(store, ObjectKeys.directoryOf(key)));
  }

  /// Returns the key of the model's manifest.
  String manifest() {
    return manifest;
  }

  String modelId() {
    return model.id();
  }

  /// Checks that the model is compatible with this run and has not seen its test rows.
  ///
  /// @param rows the sets of the split that this run is trained on
  /// @throws RequestException if it is not, or has
  void requireCompatible(String dataset, TrainParameters parameters, Rows rows) {
    if (card.rows() == Rows.ALL && rows != Rows.ALL) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': the model %s was trained on all rows of its upload, which may include the"
                  + " test rows of this run; start from the scored model%s",
              FIELD,
              model.id(),
              card.scoredModel() == null ? "" : ", " + card.scoredModel()));
    }
    requireEqual("dataset", card.dataset(), dataset);
    requireEqual("'model'", card.model(), parameters.model());
    requireEqual("'factors'", card.factors() - card.choiceFactors(), parameters.factors());
    RankingParameters ranking = parameters.ranking();
    if (ranking != null && card.ranking() != null) {
      requireEqual("'rankingFactors'", card.rankingFactors(), ranking.factors());
    }
  }

  private void requireEqual(String property, Object actual, Object expected) {
    if (!actual.equals(expected)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': the model's %s is %s, but this run's is %s; they must be the same",
              FIELD,
              property,
              actual,
              expected));
    }
  }

  /// Copies the rows of users and items that the model knows, without the factors from its ranking model:
  /// those of this run have other axes.
  ///
  /// @param factors rows to fill, already initialized
  /// @param inputs the new index, with the users and items of these rows
  /// @param mean μ of the new model; the difference to the old μ goes into the items' biases
  /// @param label name of the run in log lines
  void copyInto(Factors factors, TrainingInputs inputs, float mean, String label)
      throws IOException {
    RowLayout layout = factors.layout();
    float shift = card.isDot() ? 0 : card.globalMean() - mean;
    int users =
        copy(
            StoreLayout.USERS,
            Schemas.USER_ID,
            inputs.users,
            copier(factors.users(), layout, layout.userBias(), 0));
    int items =
        copy(
            StoreLayout.ITEMS,
            Schemas.ITEM_ID,
            inputs.items,
            copier(factors.items(), layout, layout.itemBias(), shift));
    logStart(label, users, items, inputs);
  }

  private void logStart(String label, int users, int items, TrainingInputs inputs) {
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: starting from model %s, which knows %,d of %,d users and %,d of %,d items",
            label,
            model.id(),
            users,
            inputs.users.rows(),
            items,
            inputs.items.rows()));
  }

  /// Copies the ranking vectors of users and items that the model knows, if it has any.
  ///
  /// @param vectors rows to fill, already initialized
  /// @param inputs the new index, with the users and items of these rows
  /// @param label name of the run in log lines, if this is its only model
  void copyInto(
      RankingFactors vectors, Choices choices, TrainingInputs inputs, @Nullable String label)
      throws IOException {
    if (card.ranking() == null) {
      return;
    }
    int users =
        copy(
            StoreLayout.USERS,
            Schemas.USER_ID,
            inputs.users,
            rankingCopier(vectors, vectors.users(), Choices.places(choices.users())));
    int items =
        copy(
            StoreLayout.ITEMS,
            Schemas.ITEM_ID,
            inputs.items,
            rankingCopier(vectors, vectors.items(), Choices.places(choices.items())));
    if (label != null) {
      logStart(label, users, items, inputs);
    }
  }

  /// Copies the earlier model's row of a user or item.
  @FunctionalInterface
  private interface RowCopier {
    /// @param row within the batch of the earlier model
    /// @param to dense index in the new model
    void copy(RecordBatch batch, int row, int to);
  }

  private RowCopier copier(float[] rows, RowLayout layout, int biasColumn, float shift) {
    return (batch, row, index) -> {
      int to = index * layout.stride();
      int learned = card.factors() - card.choiceFactors();
      batch.floats("vector.item").copyTo((long) row * card.factors(), rows, to, learned);
      rows[to + biasColumn] = batch.floats("bias").get(row) + shift;
    };
  }

  private static RowCopier rankingCopier(RankingFactors vectors, float[] rows, int[] rowOfIndex) {
    return (batch, row, index) -> {
      int k = vectors.factors();
      batch
          .floats("rankingVector.item")
          .copyTo((long) row * k, rows, rowOfIndex[index] * vectors.stride(), k);
    };
  }

  /// Copies the rows of a file of the model whose ids are in a file of the index.
  ///
  /// @return how many rows were found
  private int copy(String name, String idColumn, ArrowFile index, RowCopier copier)
      throws IOException {
    String key = ObjectKeys.directoryOf(manifest) + name;
    try (ArrowFile file = ArrowObjects.open(store, key, idColumn, ids -> columns(name, ids))) {
      int[] indices = IdTable.read(file, idColumn).indicesIn(IdTable.read(index, idColumn));
      int copied = 0;
      for (RecordBatch batch : file.batches()) {
        int first = Math.toIntExact(batch.firstRow());
        for (int row = 0; row < batch.rows(); row++) {
          if (indices[first + row] >= 0) {
            copier.copy(batch, row, indices[first + row]);
            copied++;
          }
        }
      }
      return copied;
    }
  }

  private List<Column> columns(String name, IdType ids) {
    return name.equals(StoreLayout.USERS)
        ? Schemas.modelUsers(ids, card.factors(), card.rankingFactors())
        : Schemas.modelItems(ids, card.factors(), card.rankingFactors());
  }
}
