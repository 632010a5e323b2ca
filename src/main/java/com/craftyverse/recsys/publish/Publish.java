package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The publish step: makes a model the current one of its dataset if the gate's verdict allows it. It adds `lookup.arrow`, which
/// serving reads, and replaces `current.json` only if it has not changed in the meantime.
public final class Publish {
  /// Number of published versions that stay in the store, if neither request nor setting says otherwise.
  public static final int DEFAULT_KEEP_VERSIONS = 5;

  /// Stands for the model that the first one of a dataset replaces.
  private static final String NONE = "none";

  private static final int MAX_HISTORY = 100;
  private static final System.Logger LOG = System.getLogger(Publish.class.getName());

  private final ObjectStore store;
  private final int keepVersions;

  /// @param store the store that contains the model
  public Publish(ObjectStore store) {
    this(store, DEFAULT_KEEP_VERSIONS);
  }

  /// @param store the store that contains the model
  /// @param keepVersions number of published versions that stay in the store, unless a request says otherwise
  public Publish(ObjectStore store, int keepVersions) {
    this.store = store;
    this.keepVersions = keepVersions;
  }

  /// Publishes a model unless it is already current, or the gate's verdict keeps the current one. A model that
  /// was published before needs no new verdict.
  ///
  /// @throws RequestException if the request names no model of the store or its evaluation, the model has no
  ///     valid evaluation or is incomplete or damaged, it was evaluated against another model than the current
  ///     one, or another model was published at the same moment
  public PublishResult run(PublishRequest request) throws IOException {
    String key = manifestKey(request);
    int keep = keepVersions(request);
    String directory = ObjectKeys.directoryOf(key);
    boolean isEvaluation = StoreLayout.isEvaluation(key);
    String evaluationKey = isEvaluation ? key : directory + StoreLayout.EVALUATION;
    Manifest named = Manifest.read(store, key, isEvaluation ? StepName.EVALUATE : StepName.TRAIN);
    String dataset = named.dataset();
    String model = directory.substring(StoreLayout.models(dataset).length()).replace("/", "");
    requireComplete(directory);
    ModelCard card = ModelCard.read(store, directory);
    requireEvaluated(model, card, evaluationKey);
    Optional<CurrentModel.Versioned> previous = CurrentModel.find(store, dataset);
    CurrentModel current = previous.map(CurrentModel.Versioned::current).orElse(null);
    if (current != null) {
      boolean isCurrent = current.model().equals(model);
      if (isCurrent || (Boolean.FALSE.equals(request.again()) && current.wasPublished(model))) {
        return result(current, true, isCurrent, null);
      }
    }
    requireForceOver(request.force(), current);
    PublishResult.Summary verdict = null;
    if (!wasScoredModelPublished(current, card, model)) {
      verdict = verdict(card, evaluationKey, current, request.force());
      boolean mayReplace =
          verdict.forced()
              || verdict.decision() == Verdict.Decision.ACCEPTED
              || (verdict.decision() == Verdict.Decision.INSUFFICIENT_EVIDENCE && current == null);
      if (!mayReplace) {
        return refused(dataset, current, verdict);
      }
    }
    requireUndamaged(directory);
    writeLookup(directory, card, evaluationKey);
    CurrentModel next =
        next(
            previous,
            new CurrentModel.Publication(
                model,
                card.scoredModel(),
                evaluationKey,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                verdict == null ? null : verdict.decision().toString(),
                verdict != null && verdict.forced() ? request.force() : null),
            dataset);
    clean(next, keep);
    return result(next, false, true, verdict);
  }

  /// Replaces `current.json`.
  private CurrentModel next(
      Optional<CurrentModel.Versioned> previous,
      CurrentModel.Publication publication,
      String dataset)
      throws IOException {
    List<CurrentModel.Publication> history = new ArrayList<>();
    history.add(publication);
    previous.ifPresent(
        versioned ->
            versioned.current().history().stream().limit(MAX_HISTORY - 1).forEach(history::add));
    CurrentModel next =
        new CurrentModel(
            dataset,
            publication.model(),
            publication.scoredModel(),
            publication.published(),
            history);
    String currentKey = StoreLayout.current(dataset);
    byte[] json = Json.write(next);
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
    return next;
  }

  private static PublishResult result(
      CurrentModel current,
      boolean cached,
      boolean published,
      PublishResult.@Nullable Summary verdict) {
    return new PublishResult(
        StoreLayout.current(current.dataset()),
        cached,
        current.dataset(),
        published,
        current.model(),
        current.scoredModel(),
        current.published(),
        verdict);
  }

  private static PublishResult refused(
      String dataset, @Nullable CurrentModel current, PublishResult.Summary verdict) {
    return current != null
        ? result(current, false, false, verdict)
        : new PublishResult(
            StoreLayout.current(dataset), false, dataset, false, null, null, null, verdict);
  }

  private int keepVersions(PublishRequest request) {
    Integer keep = request.keepVersions();
    if (keep != null && keep < Cleaner.MIN_VERSIONS) {
      throw RequestException.invalid(
          "field 'keepVersions': expected at least "
              + Cleaner.MIN_VERSIONS
              + ", the current model and the one before, found "
              + keep);
    }
    return keep == null ? keepVersions : keep;
  }

  /// A failure to clean up does not undo the publication; the next one cleans up, too.
  private void clean(CurrentModel current, int keep) {
    try {
      new Cleaner(store, Instant.now()).cleanModels(current, keep);
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "old models of {0} could not be deleted: {1}",
          current.dataset(),
          e.getMessage());
    }
  }

  /// Rejects a `force` that names another model than the current one, so that nobody replaces a model that
  /// they do not know of.
  private static void requireForceOver(@Nullable String force, @Nullable CurrentModel current) {
    String expected = current == null ? NONE : current.model();
    if (force != null && !force.equals(expected)) {
      throw RequestException.conflict(
          "field 'force': expected the id of the current model, "
              + ObjectKeys.quote(expected)
              + ", found "
              + ObjectKeys.quote(force));
    }
  }

  /// Returns whether the model, or one with the same scored model, was published before. Its verdict holds.
  private static boolean wasScoredModelPublished(
      @Nullable CurrentModel current, ModelCard card, String model) {
    String scored = Objects.requireNonNullElse(card.scoredModel(), model);
    return current != null
        && current.history().stream().anyMatch(each -> each.scored().equals(scored));
  }

  /// The figures of an evaluation that publishing needs.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Recorded(Verdict verdict, @Nullable Uncertainty uncertainty) {
    StandardErrors standardErrors() {
      return uncertainty == null ? StandardErrors.NONE : new StandardErrors(uncertainty.bands());
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Uncertainty(List<StandardErrors.Band> bands) {}

  /// Returns the verdict on a model. A refitted model has that of its scored model.
  private PublishResult.Summary verdict(
      ModelCard card, String evaluationKey, @Nullable CurrentModel current, @Nullable String force)
      throws IOException {
    Manifest evaluation = Manifest.read(store, latest(card, evaluationKey), StepName.EVALUATE);
    Verdict verdict = evaluation.figures(Recorded.class).verdict;
    String against = evaluation.inputs().getOrDefault(StoreLayout.PUBLISHED, NONE);
    String expected = current == null ? NONE : current.model();
    if (force == null && !against.equals(expected)) {
      throw RequestException.conflict(
          "the model was compared with "
              + (against.equals(NONE) ? "no published model" : "the model " + against)
              + ", but now "
              + (current == null ? "no model" : "the model " + expected)
              + " is published; evaluate it again");
    }
    return new PublishResult.Summary(
        verdict.decision(),
        verdict.reasons(),
        force != null && verdict.decision() != Verdict.Decision.ACCEPTED);
  }

  /// Returns the key of the scored model's own evaluation, which may be later than the copy in the refitted
  /// model.
  private String latest(ModelCard card, String evaluationKey) throws IOException {
    if (card.rows() != Rows.ALL || card.scoredModel() == null) {
      return evaluationKey;
    }
    String key =
        StoreLayout.modelDirectory(card.dataset(), card.scoredModel()) + StoreLayout.EVALUATION;
    return store.find(key).isPresent() ? key : evaluationKey;
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
  private void writeLookup(String directory, ModelCard card, String evaluationKey)
      throws IOException {
    if (store.find(directory + StoreLayout.LOOKUP).isPresent()) {
      return;
    }
    Manifest training = Manifest.read(store, directory + StoreLayout.MANIFEST, StepName.TRAIN);
    try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.ITEMS)) {
      IdType ids = IdType.of(file, Schemas.ITEM_ID);
      requireRows(
          file, Schemas.modelItems(ids, card.factors(), card.rankingFactors()), card.items());
    }
    if (!card.attributes().isEmpty()) {
      requireFile(directory, StoreLayout.ATTRIBUTES);
      try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.ATTRIBUTES)) {
        requireRows(file, Schemas.attributes(card.attributes()), card.items());
      }
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
      IdType ids = IdType.of(users, Schemas.USER_ID);
      requireRows(
          users, Schemas.modelUsers(ids, card.factors(), card.rankingFactors()), card.users());
      requireRows(seen, Schemas.SEEN, card.users());
      UserLookup.of(
              card.hasRatings() ? training.number("userRegularization") : 0,
              card.hasRatings() ? training.number("biasRegularization") : 0,
              users,
              seen,
              Manifest.read(store, evaluationKey, StepName.EVALUATE)
                  .figures(Recorded.class)
                  .standardErrors())
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

  /// Rejects a model whose files are not those that training wrote, by size and digest. Models of earlier
  /// versions have no digests.
  private void requireUndamaged(String directory) throws IOException {
    Manifest training = Manifest.read(store, directory + StoreLayout.MANIFEST, StepName.TRAIN);
    for (Map.Entry<String, Long> output : training.outputs().entrySet()) {
      String key = directory + output.getKey();
      Optional<ObjectInfo> object = store.find(key);
      if (object.isEmpty() || object.get().size() != output.getValue()) {
        throw damaged(
            key,
            object.isEmpty() ? "no object" : object.get().size() + " bytes",
            output.getValue() + " bytes");
      }
      String expected = training.digests().get(output.getKey());
      if (expected != null) {
        try (FetchedObject fetched = store.fetch(key)) {
          String found = Digest.of(fetched.path());
          if (!found.equals(expected)) {
            throw damaged(key, "SHA-256 " + found, expected);
          }
        }
      }
    }
  }

  private static RequestException damaged(String key, String found, String expected) {
    return RequestException.unprocessable(
        key
            + " is damaged: expected "
            + expected
            + " as recorded in the model's manifest, found "
            + found
            + "; train the model again");
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
