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

/// The current models of the datasets that are asked for, kept up to date. Safe for any number of
/// threads.
///
/// A dataset's model is loaded when it is first asked for. From then on requests find it in memory, and
/// no answer comes from a model that was replaced longer ago than the *staleness*: a request that comes
/// when the last look at `current.json` is older than that looks itself and loads what is new before it
/// answers. Requests that come earlier, but after half of that time, set a look off beside them, so that
/// where there is steady traffic and the process is never frozen, nobody waits. With a staleness of zero
/// each request looks. A new model takes the old one's place when it is loaded whole. If it cannot be, or
/// the store cannot be read, the log says so, and the old one stays.
///
/// Ages are by the wall clock: a suspended machine catches up with it, which the clock of
/// [System#nanoTime] need not do.
public final class ModelCache {
  /// Datasets in memory at once; the one that was not asked for longest makes room for another.
  private static final int MOST_DATASETS = 4;

  /// How long a restored process looks before it takes requests, which is half of what Lambda gives it.
  private static final Duration RESTORE_LIMIT = Duration.ofSeconds(5);

  /// When something that was never looked at was looked at.
  private static final long NEVER = Long.MIN_VALUE / 2;

  private static final System.Logger LOG = System.getLogger(ModelCache.class.getName());

  private final ObjectStore store;
  private final Optional<String> defaultDataset;
  private final long staleness;
  private final Executor background;
  private final LongSupplier clock;
  private final Map<String, Dataset> datasets = new LinkedHashMap<>(16, 0.75f, true);

  /// Datasets that a request waits for. They are kept when their model is loaded, so a name without one
  /// takes no other's place.
  private final Map<String, Dataset> arriving = new ConcurrentHashMap<>();

  private volatile @Nullable Latest latest;

  /// The dataset published last, and when that was looked up.
  private record Latest(String dataset, long asOf) {}

  /// @param store where the models are
  /// @param defaultDataset the dataset of requests that name none; without it, the one published last
  /// @param staleness how long after another model was published an answer may come from the old one
  public ModelCache(ObjectStore store, Optional<String> defaultDataset, Duration staleness) {
    this(store, defaultDataset, staleness, refresher(), System::currentTimeMillis);
  }

  /// @param store where the models are
  /// @param defaultDataset the dataset of requests that name none; without it, the one published last
  /// @param staleness how long after another model was published an answer may come from the old one
  /// @param background runs what happens beside the requests
  /// @param clock milliseconds of the wall clock
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

  private static Executor refresher() {
    return Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("model-refresh").factory());
  }

  /// The model that answers now.
  ///
  /// @param named the dataset that the request names, if it does
  /// @throws RequestException when it has no model, or one that cannot be served
  ServedModel of(@Nullable String named) throws IOException {
    String name = named == null ? defaultDataset() : requireDataset(named);
    Dataset dataset = known(name);
    if (dataset != null) {
      return dataset.model();
    }
    Dataset newcomer = arriving.computeIfAbsent(name, Dataset::new);
    try {
      ServedModel model = newcomer.model();
      keep(newcomer);
      return model;
    } finally {
      arriving.remove(name, newcomer);
    }
  }

  private @Nullable Dataset known(String name) {
    synchronized (datasets) {
      return datasets.get(name);
    }
  }

  /// Keeps a dataset whose model is loaded, in place of the one that was not asked for longest.
  private void keep(Dataset dataset) {
    synchronized (datasets) {
      datasets.putIfAbsent(dataset.name, dataset);
      if (datasets.size() > MOST_DATASETS) {
        datasets.remove(datasets.keySet().iterator().next());
      }
    }
  }

  /// Looks, in a process that goes on from a snapshot, whether the models in memory are still the current
  /// ones and whether the default dataset has one by now. If that takes too long, it goes on beside the
  /// requests, which wait for it.
  public void restored() {
    latest = null;
    List<Dataset> known;
    synchronized (datasets) {
      known = List.copyOf(datasets.values());
    }
    known.forEach(Dataset::expire);
    FutureTask<@Nullable Void> look = new FutureTask<>(() -> lookAt(known), null);
    background.execute(look);
    try {
      look.get(RESTORE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.WARNING, "the look for new models takes long; the first request waits for it");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause()); // of a bug, since what can go wrong is logged
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAt(List<Dataset> known) {
    for (Dataset dataset : known) {
      dataset.lookIfLoaded();
    }
    try {
      ServedModel _ = of(null);
    } catch (IOException | FunctionException e) {
      LOG.log(Level.WARNING, "the restored process has no model: {0}", e.getMessage());
    }
  }

  private static String requireDataset(String dataset) {
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
    Latest known = latest;
    if (known == null || isOlder(known.asOf, staleness)) {
      long began = clock.getAsLong();
      known = new Latest(findLatest(store), began);
      latest = known;
    }
    return known.dataset;
  }

  /// A clock that was set back makes everything old.
  private boolean isOlder(long asOf, long milliseconds) {
    long age = clock.getAsLong() - asOf;
    return age < 0 || age >= milliseconds;
  }

  /// Returns the dataset that was published last.
  ///
  /// @throws RequestException when none was
  public static String findLatest(ObjectStore store) throws IOException {
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
  /// @param dataset whose model it is
  /// @param etag the version of `current.json` that named it
  /// @param asOf when the load began, in milliseconds of the wall clock
  public record Loaded(String dataset, ServedModel model, String etag, long asOf) {}

  /// Loads a dataset's current model.
  ///
  /// @throws RequestException when it has none, or one that cannot be served
  public static Loaded load(ObjectStore store, String dataset) throws IOException {
    long began = System.currentTimeMillis();
    return load(store, dataset, current(store, dataset), began);
  }

  private static CurrentModel.Versioned current(ObjectStore store, String dataset)
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

  /// Takes over a model that was loaded ahead, with another client of the store.
  public void adopt(Loaded ahead) {
    Dataset dataset = new Dataset(ahead.dataset);
    dataset.take(new Loaded(ahead.dataset, ahead.model.withStore(store), ahead.etag, ahead.asOf));
    keep(dataset);
  }

  /// A dataset's model.
  private final class Dataset {
    private final String name;
    private final AtomicBoolean lookingBeside = new AtomicBoolean();
    private final AtomicLong looks = new AtomicLong();
    private volatile @Nullable Loaded loaded;

    /// When the last look began, or the load.
    private volatile long lookedAt = NEVER;

    /// A version of `current.json` whose model cannot be served.
    private volatile @Nullable String refused;

    /// The number of the look that counts, so that one which was frozen halfway does not undo a later one.
    private long counted;

    Dataset(String name) {
      this.name = name;
    }

    void expire() {
      lookedAt = NEVER;
    }

    synchronized void lookIfLoaded() {
      if (loaded != null) {
        look();
      }
    }

    ServedModel model() throws IOException {
      Loaded known = loaded;
      if (known == null || isOlder(lookedAt, staleness)) {
        return lookFirst();
      }
      if (isOlder(lookedAt, staleness / 2) && lookingBeside.compareAndSet(false, true)) {
        background.execute(this::lookBeside);
      }
      return known.model;
    }

    /// One thread looks, and loads, while others that want the same dataset wait for it. It does not wait
    /// for a look beside the requests, which may hang on a connection that died while the process was
    /// frozen.
    private synchronized ServedModel lookFirst() throws IOException {
      if (loaded == null) {
        loadFirst();
      } else if (isOlder(lookedAt, staleness)) {
        look();
      }
      return Objects.requireNonNull(loaded).model;
    }

    private void loadFirst() throws IOException {
      long began = clock.getAsLong();
      try {
        take(load(store, name, current(store, name), began));
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        if (e instanceof RequestException none && none.kind() == RequestException.Kind.NOT_FOUND) {
          throw none;
        }
        LOG.log(
            Level.ERROR, "the current model of {0} cannot be served: {1}", name, e.getMessage());
        throw cannotBeServed(name, e);
      }
    }

    synchronized void take(Loaded model) {
      loaded = model;
      lookedAt = model.asOf;
    }

    private void lookBeside() {
      try {
        look();
      } finally {
        lookingBeside.set(false);
      }
    }

    private void look() {
      long began = clock.getAsLong();
      long number = looks.incrementAndGet();
      Loaded found = null;
      try {
        found = another(began);
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "could not look whether " + name + " has a new model", e);
      }
      synchronized (this) {
        if (number > counted) {
          counted = number;
          lookedAt = began;
          if (found != null) {
            take(found);
            LOG.log(Level.INFO, "{0} is answered by model {1}", name, found.model.card().modelId());
          }
          Metrics.tellModelAge(name, Objects.requireNonNull(loaded).model.published());
        }
      }
    }

    /// The current model if it is another than the one in memory and can be served, else null.
    private @Nullable Loaded another(long began) throws IOException {
      Optional<ObjectInfo> found = store.find(StoreLayout.current(name));
      if (found.isEmpty()) {
        LOG.log(Level.WARNING, "{0} has no current model any more; the last one stays", name);
        return null;
      }
      Loaded known = loaded;
      String etag = found.get().etag();
      if (etag.equals(refused) || (known != null && etag.equals(known.etag))) {
        return null;
      }
      Optional<CurrentModel.Versioned> current = Optional.empty();
      try {
        current = CurrentModel.find(store, name);
        if (current.isEmpty()) {
          return null;
        }
        ServedModel.requireRanges(store, current.get().current());
        return load(store, name, current.get(), began);
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        refused = current.map(CurrentModel.Versioned::etag).orElse(null);
        Metrics.tellFailure();
        LOG.log(
            Level.ERROR,
            "the new model of {0} cannot be served, the last one stays: {1}",
            name,
            e.getMessage());
        return null;
      }
    }
  }

  /// What a caller is told when the model's files are at fault: which one, not where it is.
  static ServiceException cannotBeServed(String dataset, Exception problem) {
    String message = String.valueOf(problem.getMessage());
    String file =
        java.util.stream.Stream.of(
                StoreLayout.MODEL,
                StoreLayout.ITEMS,
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
    String what =
        problem instanceof NoSuchObjectException
            ? " is missing"
            : message.contains("format version") ? " is of another format version" : " is damaged";
    return ServiceException.failed(
        "the current model of the dataset "
            + ObjectKeys.quote(dataset)
            + " cannot be served: "
            + file
            + what
            + "; publish it again, or another");
  }
}
