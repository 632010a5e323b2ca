package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.Metrics;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Caches the current models of the requested datasets and keeps them up to date. Thread-safe.
///
/// The first request for a dataset loads its model. Later requests find it in memory, and no answer comes
/// from a model that was replaced longer ago than the *staleness*. If the last check of `current.json` is
/// older than that, a request checks it and loads a new model before it answers. If it is older than half
/// of that, a request starts a check in the background, so that under steady traffic nobody waits, unless
/// the process is frozen. With a staleness of zero every request checks. A new model replaces the old one
/// once it is completely loaded. If loading fails or the store cannot be read, the log says so and the
/// old model stays.
///
/// Ages use the wall clock, which catches up after the machine was suspended; [System#nanoTime]
/// need not.
public final class ModelCache {
  /// Datasets in memory at once; the least recently requested one is evicted.
  private static final int MAX_DATASETS = 4;

  /// Time limit for the check after a restore, half of what Lambda allows.
  private static final Duration RESTORE_LIMIT = Duration.ofSeconds(5);

  /// The time of a check that never took place.
  private static final long NEVER = Long.MIN_VALUE / 2;

  private static final System.Logger LOG = System.getLogger(ModelCache.class.getName());

  private final ObjectStore store;
  private final Optional<String> defaultDataset;
  private final long staleness;
  private final Executor background;
  private final LongSupplier clock;
  private final Map<String, Dataset> datasets = new LinkedHashMap<>(16, 0.75f, true);

  /// Datasets whose first load is running. They move to the cache once loaded, so that a name without a
  /// model evicts nothing.
  private final Map<String, Dataset> loading = new ConcurrentHashMap<>();

  private volatile @Nullable LatestDataset latestDataset;

  /// The dataset published last, and the time of that lookup.
  private record LatestDataset(String dataset, long asOf) {}

  /// @param store the store that holds the models
  /// @param defaultDataset the dataset of requests that name none; if empty, the one published last
  /// @param staleness how long after another model was published an answer may come from the old
  /// one
  public ModelCache(ObjectStore store, Optional<String> defaultDataset, Duration staleness) {
    this(store, defaultDataset, staleness, newRefreshExecutor(), System::currentTimeMillis);
  }

  /// @param store the store that holds the models
  /// @param defaultDataset the dataset of requests that name none; if empty, the one published last
  /// @param staleness how long after another model was published an answer may come from the old
  /// one
  /// @param background runs the background checks
  /// @param clock wall-clock milliseconds
  public ModelCache(
      ObjectStore store,
      Optional<String> defaultDataset,
      Duration staleness,
      Executor background,
      LongSupplier clock) {
    this.store = store;
    this.defaultDataset = defaultDataset;
    this.staleness = staleness.toMillis();
    this.background = background;
    this.clock = clock;
  }

  private static Executor newRefreshExecutor() {
    return Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("model-refresh").factory());
  }

  /// Returns the model that answers now.
  ///
  /// @param requested the dataset that the request names, or null
  /// @throws RequestException if the dataset has no model, or one that cannot be served
  ServedModel get(@Nullable String requested) throws IOException {
    String name = requested == null ? defaultDataset() : requireDataset(requested);
    Dataset dataset = find(name);
    if (dataset != null) {
      return dataset.model();
    }
    Dataset newDataset = loading.computeIfAbsent(name, Dataset::new);
    try {
      ServedModel model = newDataset.model();
      put(newDataset);
      return model;
    } finally {
      loading.remove(name, newDataset);
    }
  }

  /// The id of a dataset's model.
  public record ModelId(String dataset, String model) {}

  /// Returns the model that answers requests without a dataset, if it is in memory. Reads nothing.
  public Optional<ModelId> loadedDefault() {
    LatestDataset latest = latestDataset;
    return defaultDataset
        .or(() -> Optional.ofNullable(latest).map(LatestDataset::dataset))
        .map(this::find)
        .map(dataset -> dataset.loaded)
        .map(model -> new ModelId(model.dataset, model.model.card().modelId()));
  }

  private @Nullable Dataset find(String name) {
    synchronized (datasets) {
      return datasets.get(name);
    }
  }

  /// Caches a dataset whose model is loaded and evicts the least recently requested one.
  private void put(Dataset dataset) {
    synchronized (datasets) {
      datasets.putIfAbsent(dataset.name, dataset);
      if (datasets.size() > MAX_DATASETS) {
        datasets.remove(datasets.keySet().iterator().next());
      }
    }
  }

  /// Checks, after a restore from a snapshot, whether the cached models are still current and whether the
  /// default dataset has a model by now. If the check exceeds its time limit, it continues in the
  /// background and requests wait for it.
  public void refreshAfterRestore() {
    latestDataset = null;
    List<Dataset> cached;
    synchronized (datasets) {
      cached = List.copyOf(datasets.values());
    }
    cached.forEach(Dataset::expire);
    FutureTask<@Nullable Void> refresh = new FutureTask<>(() -> refresh(cached), null);
    background.execute(refresh);
    try {
      refresh.get(RESTORE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.WARNING, "the check for new models is slow; the first request waits for it");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause()); // a bug, because expected failures are logged
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh(List<Dataset> cached) {
    for (Dataset dataset : cached) {
      dataset.refreshIfLoaded();
    }
    try {
      ServedModel _ = get(null);
    } catch (IOException | FunctionException e) {
      LOG.log(Level.WARNING, "the restored process has no model: {0}", e.getMessage());
    }
  }

  /// Returns the dataset of a request.
  ///
  /// @throws RequestException if it is no dataset's name
  public static String requireDataset(String dataset) {
    try {
      return StoreLayout.requireDataset(dataset);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field 'dataset': " + e.getMessage());
    }
  }

  private String defaultDataset() throws IOException {
    if (defaultDataset.isPresent()) {
      return defaultDataset.get();
    }
    LatestDataset cached = latestDataset;
    if (cached == null || isOlder(cached.asOf, staleness)) {
      long startMillis = clock.getAsLong();
      cached = new LatestDataset(findLatestDataset(store), startMillis);
      latestDataset = cached;
    }
    return cached.dataset;
  }

  /// A clock that was set back makes everything old.
  private boolean isOlder(long asOf, long milliseconds) {
    long age = clock.getAsLong() - asOf;
    return age < 0 || age >= milliseconds;
  }

  /// Returns the dataset that was published last.
  ///
  /// @throws RequestException if no model was published
  public static String findLatestDataset(ObjectStore store) throws IOException {
    return store.list("models/").stream()
        .filter(object -> StoreLayout.isCurrent(object.key()))
        .max(Comparator.comparing(ObjectInfo::lastModified).thenComparing(ObjectInfo::key))
        .map(object -> StoreLayout.datasetOfCurrent(object.key()))
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "no model has been published yet; upload a ratings file first"));
  }

  /// A model that answers.
  ///
  /// @param dataset the model's dataset
  /// @param etag the version of `current.json` that names it
  /// @param asOf when loading began, in wall-clock milliseconds
  public record Loaded(String dataset, ServedModel model, String etag, long asOf) {}

  /// Loads a dataset's current model.
  ///
  /// @throws RequestException if the dataset has no model, or one that cannot be served
  public static Loaded load(ObjectStore store, String dataset) throws IOException {
    long startMillis = System.currentTimeMillis();
    return load(store, dataset, findCurrent(store, dataset), startMillis);
  }

  /// Returns a dataset's current model.
  ///
  /// @throws RequestException if it has none
  public static CurrentModel.Versioned findCurrent(ObjectStore store, String dataset)
      throws IOException {
    return CurrentModel.find(store, dataset)
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "the dataset " + ObjectKeys.quote(dataset) + " has no published model"));
  }

  private static Loaded load(
      ObjectStore store, String dataset, CurrentModel.Versioned current, long asOf)
      throws IOException {
    return new Loaded(dataset, ServedModel.load(store, current.current()), current.etag(), asOf);
  }

  /// Adopts a model that was preloaded with another client of the store.
  public void adopt(Loaded preloaded) {
    Dataset dataset = new Dataset(preloaded.dataset);
    dataset.set(
        new Loaded(
            preloaded.dataset, preloaded.model.withStore(store), preloaded.etag, preloaded.asOf));
    put(dataset);
  }

  /// A dataset and its model.
  private final class Dataset {
    private final String name;
    private final AtomicBoolean refreshingInBackground = new AtomicBoolean();
    private final AtomicLong checks = new AtomicLong();
    private volatile @Nullable Loaded loaded;

    /// When the last check or load began.
    private volatile long checkedAt = NEVER;

    /// A version of `current.json` whose model cannot be served.
    private volatile @Nullable String rejectedEtag;

    /// The number of the latest check that took effect, so that a check frozen midway does not undo
    /// a later one.
    private long lastAppliedCheck;

    Dataset(String name) {
      this.name = name;
    }

    void expire() {
      checkedAt = NEVER;
    }

    synchronized void refreshIfLoaded() {
      if (loaded != null) {
        refresh();
      }
    }

    ServedModel model() throws IOException {
      Loaded cached = loaded;
      if (cached == null || isOlder(checkedAt, staleness)) {
        return refreshAndGet();
      }
      if (isOlder(checkedAt, staleness / 2) && refreshingInBackground.compareAndSet(false, true)) {
        background.execute(this::refreshInBackground);
      }
      return cached.model;
    }

    /// Checks and loads on one thread while other requests for the dataset wait. Does not wait for a
    /// background check, which may hang on a connection that died while the process was frozen.
    private synchronized ServedModel refreshAndGet() throws IOException {
      if (loaded == null) {
        loadInitial();
      } else if (isOlder(checkedAt, staleness)) {
        refresh();
      }
      return Objects.requireNonNull(loaded).model;
    }

    private void loadInitial() throws IOException {
      long startMillis = clock.getAsLong();
      try {
        set(load(store, name, findCurrent(store, name), startMillis));
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        if (e instanceof RequestException none && none.kind() == RequestException.Kind.NOT_FOUND) {
          throw none;
        }
        LOG.log(
            Level.ERROR, "the current model of {0} cannot be served: {1}", name, e.getMessage());
        throw cannotBeServed(name, e);
      }
    }

    synchronized void set(Loaded newModel) {
      loaded = newModel;
      checkedAt = newModel.asOf;
    }

    private void refreshInBackground() {
      try {
        refresh();
      } finally {
        refreshingInBackground.set(false);
      }
    }

    private void refresh() {
      long startMillis = clock.getAsLong();
      long checkNumber = checks.incrementAndGet();
      Loaded changed = null;
      try {
        changed = loadIfChanged(startMillis);
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "could not check whether " + name + " has a new model", e);
      }
      synchronized (this) {
        if (checkNumber > lastAppliedCheck) {
          lastAppliedCheck = checkNumber;
          checkedAt = startMillis;
          if (changed != null) {
            set(changed);
            LOG.log(
                Level.INFO, "{0} now answers with model {1}", name, changed.model.card().modelId());
          }
          Metrics.emitModelAge(name, Objects.requireNonNull(loaded).model.published());
        }
      }
    }

    /// Returns the current model if it differs from the cached one and can be served, else null.
    private @Nullable Loaded loadIfChanged(long startMillis) throws IOException {
      Optional<ObjectInfo> info = store.find(StoreLayout.current(name));
      if (info.isEmpty()) {
        LOG.log(Level.WARNING, "{0} no longer has a current model; the old one stays", name);
        return null;
      }
      Loaded cached = loaded;
      String etag = info.get().etag();
      if (etag.equals(rejectedEtag) || (cached != null && etag.equals(cached.etag))) {
        return null;
      }
      Optional<CurrentModel.Versioned> current = Optional.empty();
      try {
        current = CurrentModel.find(store, name);
        if (current.isEmpty()) {
          return null;
        }
        ServedModel.requireRanges(store, current.get().current());
        Loaded changed = load(store, name, current.get(), startMillis);
        changed.model.attributes().requireFile();
        return changed;
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        rejectedEtag = current.map(CurrentModel.Versioned::etag).orElse(null);
        Metrics.emitFailure();
        LOG.log(
            Level.ERROR,
            "the new model of {0} cannot be served, the old one stays: {1}",
            name,
            e.getMessage());
        return null;
      }
    }
  }

  /// Describes what is wrong with a file, to follow its name.
  static String fault(Exception problem) {
    if (problem instanceof NoSuchObjectException) {
      return " is missing";
    }
    return String.valueOf(problem.getMessage()).contains("format version")
        ? " is of another format version"
        : " is damaged";
  }

  /// Returns the error for a damaged model. It names the file but not its location.
  static ServiceException cannotBeServed(String dataset, Exception problem) {
    String message = String.valueOf(problem.getMessage());
    String file =
        java.util.stream.Stream.of(
                StoreLayout.MODEL,
                StoreLayout.ITEMS,
                StoreLayout.ATTRIBUTES,
                StoreLayout.GRAM,
                StoreLayout.LOOKUP,
                StoreLayout.USERS,
                StoreLayout.SEEN,
                StoreLayout.MANIFEST,
                StoreLayout.EVALUATION,
                StoreLayout.CURRENT)
            .filter(message::contains)
            .findFirst()
            .orElse("a file of it");
    return ServiceException.failed(
        "the current model of the dataset "
            + ObjectKeys.quote(dataset)
            + " cannot be served: "
            + file
            + fault(problem)
            + "; publish it again, or another");
  }
}
