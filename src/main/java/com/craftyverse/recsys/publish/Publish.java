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

/// Makes an evaluated model its dataset's current one: adds the `lookup.arrow` by which it is served,
/// and replaces `current.json` only if nobody else did in the meantime.
public final class Publish {
  private static final int HISTORY_KEPT = 100;

  private final ObjectStore store;

  /// @param store where the model is
  public Publish(ObjectStore store) {
    this.store = store;
  }

  /// Publishes a model, or finds that it is current.
  ///
  /// @throws RequestException when the manifest is neither that of a model nor its evaluation, nobody
  ///     knows what the model is worth, it is not whole or damaged, or another model was published at the
  ///     same moment
  public PublishResult run(PublishRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    String directory = ObjectKeys.directoryOf(key);
    String evaluationKey = directory + StoreLayout.EVALUATION;
    Manifest named =
        key.equals(evaluationKey)
            ? Manifest.read(store, key, StepName.EVALUATE)
            : Manifest.read(store, key, StepName.TRAIN);
    String dataset = named.dataset();
    String model = directory.substring(StoreLayout.models(dataset).length()).replace("/", "");
    requireWhole(directory);
    ModelCard card = ModelCard.read(store, directory);
    String scoredModel = card.scoredModel();
    requireEvaluated(model, card, evaluationKey);
    writeLookup(directory, card);
    String currentKey = StoreLayout.current(dataset);
    Optional<CurrentModel.Versioned> before = CurrentModel.find(store, dataset);
    if (before.isPresent()) {
      CurrentModel current = before.get().current();
      boolean stays = Boolean.FALSE.equals(request.again()) && current.wasPublished(model);
      if (stays || current.model().equals(model)) {
        return new PublishResult(
            currentKey, true, dataset, current.model(), current.scoredModel(), current.published());
      }
    }
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<CurrentModel.Publication> history = new ArrayList<>();
    history.add(new CurrentModel.Publication(model, scoredModel, evaluationKey, now));
    before.ifPresent(
        versioned ->
            versioned.current().history().stream().limit(HISTORY_KEPT - 1).forEach(history::add));
    byte[] json = Json.write(new CurrentModel(dataset, model, scoredModel, now, history));
    boolean won =
        before.isPresent()
            ? store.replace(currentKey, json, before.get().etag())
            : store.putIfAbsent(currentKey, json);
    if (!won) {
      throw RequestException.conflict(
          "another model of "
              + dataset
              + " was published at the same moment; look at "
              + currentKey
              + " and publish again if this one shall replace it");
    }
    return new PublishResult(currentKey, false, dataset, model, scoredModel, now);
  }

  /// Writes where a model's users lie, having looked at all of its files.
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

  /// Refuses a model that was not evaluated: without an evaluation, with that of a model which
  /// it has nothing to do with, or of all rows without a scored model behind it.
  private void requireEvaluated(String model, ModelCard card, String evaluationKey)
      throws IOException {
    if (card.rows() == Rows.ALL && card.scoredModel() == null) {
      throw RequestException.unprocessable(
          "the model "
              + model
              + " was trained on all rows, and no scored model says what it is worth; evaluate one"
              + " of the training rows, and train this one with that as its 'pattern'");
    }
    if (store.find(evaluationKey).isEmpty()) {
      throw RequestException.unprocessable(
          "the model " + model + " was not evaluated: there is no " + evaluationKey);
    }
    Manifest evaluation = Manifest.read(store, evaluationKey, StepName.EVALUATE);
    String scored = card.rows() == Rows.ALL ? card.scoredModel() : model;
    String evaluated = evaluation.inputs().get(StepName.TRAIN.toString());
    if (!Objects.equals(evaluated, scored)) {
      throw RequestException.unprocessable(
          evaluationKey
              + " is of the model "
              + evaluated
              + "; that of "
              + scored
              + " was expected");
    }
  }

  private void requireWhole(String directory) throws IOException {
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
          "the model in " + directory + " is not whole: " + name + " is missing; train it again");
    }
  }
}
