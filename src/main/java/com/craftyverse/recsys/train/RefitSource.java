package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A scored model whose parameters another run takes over. Its measures then also apply to that run's
/// model, which learns from more rows.
final class RefitSource {
  /// The field of the request, and the name of the model among a manifest's inputs.
  static final String FIELD = "pattern";

  private final String manifest;
  private final Manifest model;

  private RefitSource(String manifest, Manifest model) {
    this.manifest = manifest;
    this.model = model;
  }

  /// @param request the request with the pattern
  /// @param key value of its field `pattern`
  /// @throws RequestException if there is no such model, or if the request has parameters of its own
  static RefitSource of(ObjectStore store, TrainRequest request, String key) throws IOException {
    if (request.hasModelParameters()) {
      throw RequestException.invalid(
          "field '"
              + FIELD
              + "': the parameters come from the pattern; besides 'manifest', the request may only"
              + " have 'maxSeconds', 'threads' and 'kernel'");
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
              + " is itself a refit of another model; use that model, "
              + ObjectKeys.quote(other));
    }
    return new RefitSource(key, model);
  }

  /// Returns the key of the model's manifest.
  String manifest() {
    return manifest;
  }

  String modelId() {
    return model.id();
  }

  /// Checks that the model and the index of this run come from the same split.
  ///
  /// @param index the key of the index's manifest
  /// @throws RequestException if they do not
  void requireSameSplit(String index) {
    String split = StoreLayout.splitOfIndex(index);
    String ownSplit = StoreLayout.splitOfIndex(model.source(StepName.INDEX));
    if (!ownSplit.equals(split)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': the model %s was trained on the split %s, but the index belongs to %s;"
                  + " use an index of the same split",
              FIELD,
              model.id(),
              ownSplit,
              split));
    }
  }

  /// Returns the parameters, with the epochs and learning rates up to the epoch that was kept, and
  /// with the choices of the searches.
  TrainParameters parameters() {
    TrainFigures figures = model.figures(TrainFigures.class);
    return TrainParameters.of(model)
        .upToEpoch(
            figures.bestEpoch(),
            RankingParameters.fromFigures(figures.ranking()),
            figures.choiceFactors().factors());
  }

  /// Returns the manifest of the model to start from: the refit of the model that the pattern started from, if it was
  /// published and still exists, else that model itself; null if the pattern started from none.
  @Nullable String warmStart(ObjectStore store) throws IOException {
    String scored = model.sources().get(WarmStart.FIELD);
    if (scored == null) {
      return null;
    }
    String dataset = model.dataset();
    Optional<CurrentModel.Versioned> current = CurrentModel.find(store, dataset);
    if (current.isPresent()) {
      for (CurrentModel.Publication each : current.get().current().history()) {
        String refit = StoreLayout.modelDirectory(dataset, each.model()) + StoreLayout.MANIFEST;
        boolean isRefit =
            each.scoredModel() != null
                && scored.startsWith(StoreLayout.modelDirectory(dataset, each.scoredModel()));
        if (isRefit && store.find(refit).isPresent()) {
          return refit;
        }
      }
    }
    return scored;
  }

  /// Returns the files of the pattern's evaluation, by name: with its report, if it has one.
  ///
  /// @throws RequestException if it has no evaluation
  Map<String, byte[]> evaluation(ObjectStore store) throws IOException {
    String directory = ObjectKeys.directoryOf(manifest);
    String key = directory + StoreLayout.EVALUATION;
    if (store.find(key).isEmpty()) {
      throw RequestException.unprocessable(
          "field '"
              + FIELD
              + "': the model "
              + model.id()
              + " has no evaluation; evaluate it first, because a model of all rows cannot be");
    }
    Manifest _ = Manifest.read(store, FIELD, key, StepName.EVALUATE);
    Map<String, byte[]> files = new TreeMap<>();
    files.put(StoreLayout.EVALUATION, store.read(key).content());
    String report = directory + StoreLayout.REPORT;
    if (store.find(report).isPresent()) {
      files.put(StoreLayout.REPORT, store.read(report).content());
    }
    return files;
  }
}
