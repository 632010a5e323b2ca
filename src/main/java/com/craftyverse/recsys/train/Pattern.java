package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A scored model whose parameters another run takes over, so that what is measured of the one holds for
/// the other, which learns from more rows.
final class Pattern {
  /// The request's field, and the name of the model among a manifest's inputs.
  static final String FIELD = "pattern";

  private final String manifest;
  private final Manifest model;

  private Pattern(String manifest, Manifest model) {
    this.manifest = manifest;
    this.model = model;
  }

  /// @param request which names the pattern
  /// @param key its field
  /// @throws RequestException when there is no such model, or the request has parameters of its own
  static Pattern of(ObjectStore store, TrainRequest request, String key) throws IOException {
    if (request.shapesTheModel()) {
      throw RequestException.invalid(
          "field '"
              + FIELD
              + "': the parameters are those of the pattern; send none beside it but 'maxSeconds',"
              + " 'threads' and 'kernel'");
    }
    Request.requireKey(FIELD, key);
    Manifest model = Manifest.read(store, FIELD, key, StepName.TRAIN);
    String other = model.sources().get(FIELD);
    if (other != null) {
      throw RequestException.invalid(
          "field '"
              + FIELD
              + "': the model "
              + model.id()
              + " has the parameters of another; name that one, "
              + ObjectKeys.quote(other));
    }
    return new Pattern(key, model);
  }

  /// The key of the model's manifest.
  String manifest() {
    return manifest;
  }

  String modelId() {
    return model.id();
  }

  /// Checks that the model is of the split that the run's index is of.
  ///
  /// @param index the key of the index's manifest
  /// @throws RequestException when it is not
  void check(String index) {
    String split = StoreLayout.splitOfIndex(index);
    String own = StoreLayout.splitOfIndex(model.source(StepName.INDEX));
    if (!own.equals(split)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': the model %s was trained on the split %s, the index is of %s; they must"
                  + " be the same",
              FIELD,
              model.id(),
              own,
              split));
    }
  }

  /// The parameters, with the epochs and the learning rates up to the epoch that was kept, and the
  /// ranking model's penalties that were found.
  TrainParameters parameters() {
    TrainFigures figures = model.figures(TrainFigures.class);
    return model
        .parameters(TrainParameters.class)
        .until(figures.bestEpoch(), RankingParameters.foundBy(figures.ranking()));
  }

  /// The manifest of the model that the pattern was started from, if it was.
  @Nullable String warmStart() {
    return model.sources().get(WarmStart.FIELD);
  }

  /// The pattern's evaluation, byte for byte.
  ///
  /// @throws RequestException when it has none
  byte[] evaluation(ObjectStore store) throws IOException {
    String key = ObjectKeys.directoryOf(manifest) + StoreLayout.EVALUATION;
    if (store.find(key).isEmpty()) {
      throw RequestException.unprocessable(
          "field '"
              + FIELD
              + "': the model "
              + model.id()
              + " was not evaluated; evaluate it first, since a model of all rows cannot be");
    }
    Manifest _ = Manifest.read(store, FIELD, key, StepName.EVALUATE);
    return store.read(key).content();
  }
}
