package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.serve.CatalogRanking;
import com.craftyverse.recsys.serve.ItemFilter;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RequestLimits;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes the recommendations of many users.
public final class RecommendAll {
  private final ObjectStore store;
  private final Optional<String> defaultDataset;
  private final StepRunner runner;
  private final BatchRun.Sizes sizes;

  /// @param store the store that holds the models and receives the batches
  /// @param defaultDataset the dataset of requests that name none; if empty, the one published last
  public RecommendAll(ObjectStore store, Optional<String> defaultDataset) {
    this(store, defaultDataset, BatchRun.Sizes.USUAL);
  }

  RecommendAll(ObjectStore store, Optional<String> defaultDataset, BatchRun.Sizes sizes) {
    this.store = store;
    this.defaultDataset = defaultDataset;
    this.runner = new StepRunner(store);
    this.sizes = sizes;
  }

  /// Writes a batch, or returns the one that exists for the same model and request. If the time
  /// limit interrupts it, the result is `resumable`, and the next call continues.
  ///
  /// @throws RequestException if the request, or an object that it names, is invalid
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a file of the model is
  ///     damaged
  /// @throws java.io.InterruptedIOException if the thread is interrupted; the parts that are whole
  ///     stay
  public RecommendAllResult run(RecommendAllRequest request) throws IOException {
    Execution execution = Execution.of(request);
    int n = RequestLimits.recommendations(request.n());
    if (request.rankBy() == RankBy.popularity) {
      throw RequestException.invalid(
          "field 'rankBy': expected preference or rating, found popularity, which orders items alike for"
              + " all users; the function popular has that list");
    }
    List<Id> ids = request.users();
    if (ids != null) {
      RequestLimits.list("users", ids, RequestLimits.MAX_LISTED, "users");
    }
    ItemFilter filter = request.filter();
    String directory = modelDirectory(request);
    ModelCard card = ModelCard.read(store, directory);
    RecommendAllParameters parameters =
        new RecommendAllParameters(
            n,
            filter,
            !Boolean.FALSE.equals(request.excludeSeen()),
            CatalogRanking.rankBy(card, request.rankBy()));
    Map<String, String> inputs = new TreeMap<>(Map.of(StepName.TRAIN.toString(), card.modelId()));
    Map<String, String> sources =
        new TreeMap<>(Map.of(StepName.TRAIN.toString(), directory + StoreLayout.MANIFEST));
    UserSelection selection = selection(request, ids, directory, card);
    if (ids != null || request.usersFile() != null) {
      inputs.put("users", selection.digest());
    }
    if (request.usersFile() != null) {
      sources.put("users", request.usersFile());
    }
    StepSpec spec = new StepSpec(StepName.RECOMMEND_ALL, card.dataset(), inputs, parameters);
    String output = StoreLayout.batchDirectory(card.dataset(), card.modelId(), spec.id());
    BatchCheckpoint checkpoint = new BatchCheckpoint(store, output, spec.id());
    BatchRun run = new BatchRun(card, parameters, selection, execution, sizes);
    try {
      StepRunner.Result<RecommendAllFigures> done =
          runner.run(
              spec,
              output,
              sources,
              RecommendAllFigures.class,
              files -> run.write(store, directory, checkpoint, files));
      if (!done.cached()) {
        checkpoint.delete();
      }
      return new RecommendAllResult(done.manifest(), done.cached(), false, done.figures());
    } catch (BatchRun.OutOfTimeException e) {
      return new RecommendAllResult(null, false, true, e.figures());
    }
  }

  /// Returns the directory of the model that the request names.
  private String modelDirectory(RecommendAllRequest request) throws IOException {
    String manifest = request.manifest();
    if (manifest == null) {
      String dataset = request.dataset();
      String name =
          dataset != null
              ? ModelCache.requireDataset(dataset)
              : defaultDataset.isPresent()
                  ? defaultDataset.get()
                  : ModelCache.findLatestDataset(store);
      return StoreLayout.modelDirectory(
          name, ModelCache.findCurrent(store, name).current().model());
    }
    if (request.dataset() != null) {
      throw RequestException.invalid(
          "field 'manifest' takes the place of 'dataset'; send one or the other");
    }
    Request.requireKey("manifest", manifest);
    Manifest.read(store, manifest, StepName.TRAIN);
    return ObjectKeys.directoryOf(manifest);
  }

  private UserSelection selection(
      RecommendAllRequest request, @Nullable List<Id> ids, String directory, ModelCard card)
      throws IOException {
    String file = request.usersFile();
    if (ids == null && file == null) {
      return UserSelection.all(card.users());
    }
    if (ids != null && file != null) {
      throw RequestException.invalid(
          "field 'usersFile' takes the place of 'users'; send one or the other");
    }
    if (file != null && !Request.requireKey("usersFile", file).startsWith(StoreLayout.BATCHES)) {
      throw RequestException.invalid(
          "field 'usersFile': "
              + ObjectKeys.quote(file)
              + " is not below "
              + StoreLayout.BATCHES
              + ", where lists of users belong");
    }
    try (ArrowFile users = ArrowObjects.open(store, directory + StoreLayout.USERS)) {
      IdTable known = IdTable.read(users, Schemas.USER_ID);
      return file == null
          ? UserSelection.of(Objects.requireNonNull(ids), known)
          : UserSelection.read(store, file, known);
    }
  }
}
