package com.craftyverse.recsys.predict;

import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Answers from the current model of a dataset, which is loaded when it is first asked for and again
/// when another one is published. Safe for any number of threads.
public final class Predict {
  /// The most movies in one request.
  public static final int MOST_MOVIES = 1_000;

  private final ObjectStore store;
  private final Optional<String> defaultDataset;
  private final Map<String, Loaded> models = new ConcurrentHashMap<>();

  /// A model, and the version of `current.json` that named it.
  private record Loaded(String etag, LoadedModel model) {}

  /// @param store where the models are
  /// @param defaultDataset the dataset of requests that name none; without it, the one published last
  public Predict(ObjectStore store, Optional<String> defaultDataset) {
    this.store = store;
    this.defaultDataset = defaultDataset;
  }

  /// Predicts ratings.
  ///
  /// @throws RequestException when a field is missing, there are no or too many movies, or the dataset
  ///     has no model
  public PredictResult run(PredictRequest request) throws IOException {
    int userId = Request.require("userId", request.userId());
    List<Integer> movieIds = Request.require("movieIds", request.movieIds());
    if (movieIds.isEmpty()) {
      throw RequestException.invalid("field 'movieIds' is empty; name at least one movie");
    }
    if (movieIds.size() > MOST_MOVIES) {
      throw RequestException.invalid(
          "field 'movieIds' has "
              + movieIds.size()
              + " movies; "
              + MOST_MOVIES
              + " at most are answered in one request");
    }
    for (int i = 0; i < movieIds.size(); i++) {
      if (movieIds.get(i) == null) {
        throw RequestException.invalid("field 'movieIds[" + i + "]' is null");
      }
    }
    LoadedModel model = model(dataset(request));
    List<PredictResult.Prediction> predictions = new ArrayList<>();
    for (int movieId : movieIds) {
      predictions.add(model.predict(userId, movieId));
    }
    return new PredictResult(model.card().dataset(), model.card().modelId(), userId, predictions);
  }

  private String dataset(PredictRequest request) throws IOException {
    if (request.dataset() != null) {
      try {
        return ObjectKeys.requireDataset(request.dataset());
      } catch (InvalidKeyException e) {
        throw RequestException.invalid("field 'dataset': " + e.getMessage());
      }
    }
    if (defaultDataset.isPresent()) {
      return defaultDataset.get();
    }
    return store.list("models/").stream()
        .filter(object -> ObjectKeys.isCurrent(object.key()))
        .max(Comparator.comparing(ObjectInfo::lastModified).thenComparing(ObjectInfo::key))
        .map(object -> ObjectKeys.datasetOfCurrent(object.key()))
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "no model has been published yet; upload a ratings file first"));
  }

  private LoadedModel model(String dataset) throws IOException {
    Optional<ObjectInfo> current = store.find(ObjectKeys.current(dataset));
    if (current.isEmpty()) {
      throw RequestException.notFound(
          "the dataset " + ObjectKeys.quote(dataset) + " has no published model");
    }
    Loaded loaded = models.get(dataset);
    if (loaded != null && loaded.etag.equals(current.get().etag())) {
      return loaded.model;
    }
    return load(dataset);
  }

  /// One thread loads while others that want the same dataset wait for it.
  private LoadedModel load(String dataset) throws IOException {
    synchronized (models) {
      CurrentModel.Versioned current =
          CurrentModel.find(store, dataset)
              .orElseThrow(
                  () ->
                      RequestException.notFound(
                          "the dataset " + ObjectKeys.quote(dataset) + " has no published model"));
      Loaded loaded = models.get(dataset);
      if (loaded == null || !loaded.etag.equals(current.etag())) {
        loaded =
            new Loaded(current.etag(), LoadedModel.load(store, dataset, current.current().model()));
        models.put(dataset, loaded);
      }
      return loaded.model;
    }
  }
}
