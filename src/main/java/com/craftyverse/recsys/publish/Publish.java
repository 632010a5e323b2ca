package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The publish step: makes an evaluated model the current one of its dataset. It adds `lookup.arrow`, which
/// serving reads, and replaces `current.json` only if it has not changed in the meantime.
public final class Publish {
  private static final int MAX_HISTORY = 100;

  private final ObjectStore store;

  /// @param store the store that contains the model
  public Publish(ObjectStore store) {
    this.store = store;
  }

  /// Publishes a model unless it is already current.
  ///
  /// @throws RequestException if the request names no model of the store or its evaluation, the model has no
  ///     valid evaluation or is incomplete, or another model was published at the same moment
  public PublishResult run(PublishRequest request) throws IOException {
    String key = manifestKey(request);
    String directory = ObjectKeys.directoryOf(key);
    String evaluationKey = directory + StoreLayout.EVALUATION;
    Manifest named =
        key.equals(evaluationKey)
            ? Manifest.read(store, key, StepName.EVALUATE)
            : Manifest.read(store, key, StepName.TRAIN);
    String dataset = named.dataset();
    String model = directory.substring(StoreLayout.models(dataset).length()).replace("/", "");
    requireComplete(directory);
    ModelCard card = ModelCard.read(store, directory);
    String scoredModel = card.scoredModel();
    requireEvaluated(model, card, evaluationKey);
    writeLookup(directory, card);
    String currentKey = StoreLayout.current(dataset);
    Optional<CurrentModel.Versioned> previous = CurrentModel.find(store, dataset);
    if (previous.isPresent()) {
      CurrentModel current = previous.get().current();
      boolean keepsCurrent = Boolean.FALSE.equals(request.again()) && current.wasPublished(model);
      if (keepsCurrent || current.model().equals(model)) {
        return new PublishResult(
            currentKey, true, dataset, current.model(), current.scoredModel(), current.published());
      }
    }
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<CurrentModel.Publication> history = new ArrayList<>();
    history.add(new CurrentModel.Publication(model, scoredModel, evaluationKey, now));
    previous.ifPresent(
        versioned ->
            versioned.current().history().stream().limit(MAX_HISTORY - 1).forEach(history::add));
    byte[] json = Json.write(new CurrentModel(dataset, model, scoredModel, now, history));
    boolean published =
        previous.isPresent()
            ? store.replace(currentKey, json, previous.get().etag())
            : store.putIfAbsent(currentKey, json);
    if (!published) {
      throw RequestException.conflict(
          "another model of "
              + dataset
              + " was published at the same moment; look at "
              + currentKey
              + " and publish again if this model should replace it");
    }
    return new PublishResult(currentKey, false, dataset, model, scoredModel, now);
  }

  /// Returns the key of the manifest that the request names, itself or by the model's id.
  private String manifestKey(PublishRequest request) throws IOException {
    String manifest = request.manifest();
    if (manifest == null && request.dataset() == null && request.model() == null) {
      throw RequestException.invalid(
          "field 'manifest' is missing; name a manifest, or a 'dataset' and a 'model'");
    }
    if (manifest != null) {
      if (request.dataset() != null || request.model() != null) {
        throw RequestException.invalid(
            "field 'manifest' takes the place of 'dataset' and 'model'; send one or the other");
      }
      return Request.requireKey("manifest", manifest);
    }
    String dataset = Request.require("dataset", request.dataset());
    String model = Request.require("model", request.model());
    try {
      StoreLayout.requireDataset(dataset);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field 'dataset': " + e.getMessage());
    }
    String key = StoreLayout.modelDirectory(dataset, model) + StoreLayout.MANIFEST;
    if (model.contains("/") || !ObjectKeys.isValid(key) || store.find(key).isEmpty()) {
      throw RequestException.notFound(
          "field 'model': the dataset "
              + ObjectKeys.quote(dataset)
              + " has no model "
              + ObjectKeys.quote(model));
    }
    return key;
  }

  /// Writes the lookup of a model's users, after checking all files of the model.
  private void writeLookup(String directory, ModelCard card) throws IOException {
    if (store.find(directory + StoreLayout.LOOKUP).isPresent()) {
      return;
    }
    Manifest training = Manifest.read(store, directory + StoreLayout.MANIFEST, StepName.TRAIN);
    try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.ITEMS)) {
      requireRows(file, Schemas.modelItems(card.factors(), card.rankingFactors()), card.items());
    }
    if (card.ranking() != null) {
      requireFile(directory, StoreLayout.GRAM);
      try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.GRAM)) {
        requireRows(file, Schemas.gram(card.rankingFactors()), card.rankingFactors());
      }
    }
    Path path = store.newTempFile();
    try (ArrowFile users = ArrowObjects.open(store, directory + StoreLayout.USERS);
        ArrowFile seen = ArrowObjects.open(store, directory + StoreLayout.SEEN)) {
      requireRows(users, Schemas.modelUsers(card.factors(), card.rankingFactors()), card.users());
      requireRows(seen, Schemas.SEEN, card.users());
      UserLookup.of(
              training.number("userRegularization"),
              training.number("biasRegularization"),
              users,
              seen)
          .write(path);
      store.put(directory + StoreLayout.LOOKUP, path);
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private static void requireRows(ArrowFile file, List<Column> columns, int rows)
      throws IOException {
    file.require(columns);
    if (file.rows() != rows) {
      throw file.malformed(file.rows() + " rows, but model.json says " + rows);
    }
  }

  /// Rejects a model without a valid evaluation: without any, with that of an unrelated model, or trained on
  /// all rows without a scored model.
  private void requireEvaluated(String model, ModelCard card, String evaluationKey)
      throws IOException {
    if (card.rows() == Rows.ALL && card.scoredModel() == null) {
      throw RequestException.unprocessable(
          "the model "
              + model
              + " was trained on all rows, and it has no scored model; evaluate a model"
              + " of the training rows, and train this model with that one as its 'pattern'");
    }
    if (store.find(evaluationKey).isEmpty()) {
      throw RequestException.unprocessable(
          "the model " + model + " has no evaluation: there is no " + evaluationKey);
    }
    Manifest evaluation = Manifest.read(store, evaluationKey, StepName.EVALUATE);
    String scored = card.rows() == Rows.ALL ? card.scoredModel() : model;
    String evaluated = evaluation.inputs().get(StepName.TRAIN.toString());
    if (!Objects.equals(evaluated, scored)) {
      throw RequestException.unprocessable(
          evaluationKey + " evaluates the model " + evaluated + "; expected the model " + scored);
    }
  }

  private void requireComplete(String directory) throws IOException {
    for (String name :
        List.of(
            StoreLayout.MANIFEST,
            StoreLayout.MODEL,
            StoreLayout.USERS,
            StoreLayout.ITEMS,
            StoreLayout.SEEN)) {
      requireFile(directory, name);
    }
  }

  private void requireFile(String directory, String name) throws IOException {
    if (store.find(directory + name).isEmpty()) {
      throw RequestException.unprocessable(
          "the model in " + directory + " is incomplete: " + name + " is missing; train it again");
    }
  }
}
