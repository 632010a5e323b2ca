package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.RequestException;
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
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The current models of the datasets that are asked for, kept up to date. Safe for any number of
/// threads.
///
/// A dataset's model is loaded when it is first asked for. From then on requests find it in memory;
/// once in an interval one of them sets off a look at `current.json`, which happens beside the requests
/// (with an interval of zero, before each). A new model takes the old one's place when it is loaded
/// whole. If it cannot be, the log says so, and the old one stays.
public final class Models {
  /// Datasets in memory at once; the one that was not asked for longest makes room for another.
  private static final int MOST_DATASETS = 4;

  private static final System.Logger LOG = System.getLogger(Models.class.getName());

  private final ObjectStore store;
  private final Optional<String> defaultDataset;
  private final long interval;
  private final Executor background;
  private final LongSupplier nanoTime;
  private final Map<String, Dataset> datasets = new LinkedHashMap<>(16, 0.75f, true);
  private volatile @Nullable Latest latest;

  /// The dataset published last, and when that was found.
  private record Latest(String dataset, long nanoTime) {}

  /// @param store where the models are
  /// @param defaultDataset the dataset of requests that name none; without it, the one published last
  /// @param refresh how often a look is taken whether another model was published
  public Models(ObjectStore store, Optional<String> defaultDataset, Duration refresh) {
    this(store, defaultDataset, refresh, refresher(), System::nanoTime);
  }

  Models(
      ObjectStore store,
      Optional<String> defaultDataset,
      Duration refresh,
      Executor background,
      LongSupplier nanoTime) {
    this.store = store;
    this.defaultDataset = defaultDataset;
    this.interval = refresh.toNanos();
    this.background = background;
    this.nanoTime = nanoTime;
  }

  private static Executor refresher() {
    return Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("model-refresh").factory());
  }

  /// The model that answers now.
  ///
  /// @param dataset the dataset that the request names, if it does
  /// @throws RequestException when it has no model, or one that cannot be served
  ServedModel of(@Nullable String dataset) throws IOException {
    String name = dataset == null ? defaultDataset() : requireDataset(dataset);
    return entry(name).model();
  }

  private Dataset entry(String name) {
    synchronized (datasets) {
      Dataset entry = datasets.computeIfAbsent(name, Dataset::new);
      if (datasets.size() > MOST_DATASETS) {
        datasets.remove(datasets.keySet().iterator().next());
      }
      return entry;
    }
  }

  /// Looks beside the requests whether the models in memory are still the current ones.
  void lookNow() {
    List<Dataset> known;
    synchronized (datasets) {
      known = List.copyOf(datasets.values());
    }
    for (Dataset dataset : known) {
      background.execute(dataset::look);
    }
  }

  private static String requireDataset(String dataset) {
    try {
      return ObjectKeys.requireDataset(dataset);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field 'dataset': " + e.getMessage());
    }
  }

  private String defaultDataset() throws IOException {
    if (defaultDataset.isPresent()) {
      return defaultDataset.get();
    }
    Latest known = latest;
    if (known == null || nanoTime.getAsLong() - known.nanoTime >= interval) {
      known = new Latest(findLatest(store), nanoTime.getAsLong());
      latest = known;
    }
    return known.dataset;
  }

  static String findLatest(ObjectStore store) throws IOException {
    return store.list("models/").stream()
        .filter(object -> ObjectKeys.isCurrent(object.key()))
        .max(Comparator.comparing(ObjectInfo::lastModified).thenComparing(ObjectInfo::key))
        .map(object -> ObjectKeys.datasetOfCurrent(object.key()))
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "no model has been published yet; upload a ratings file first"));
  }

  /// A model that answers.
  ///
  /// @param dataset whose model it is
  /// @param etag the version of `current.json` that named it
  record Loaded(String dataset, ServedModel model, String etag) {}

  /// Loads a dataset's current model.
  ///
  /// @throws RequestException when it has none, or one that cannot be served
  static Loaded load(ObjectStore store, String dataset) throws IOException {
    return load(store, dataset, current(store, dataset));
  }

  private static CurrentModel.Versioned current(ObjectStore store, String dataset)
      throws IOException {
    return CurrentModel.find(store, dataset)
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "the dataset " + ObjectKeys.quote(dataset) + " has no published model"));
  }

  private static Loaded load(ObjectStore store, String dataset, CurrentModel.Versioned current)
      throws IOException {
    return new Loaded(dataset, ServedModel.load(store, current.current()), current.etag());
  }

  /// Takes over a model that was loaded ahead, with another client of the store.
  void adopt(Loaded ahead) {
    Dataset dataset = entry(ahead.dataset);
    dataset.loaded = new Loaded(ahead.dataset, ahead.model.withStore(store), ahead.etag);
    dataset.lookedAt = nanoTime.getAsLong();
  }

  /// A dataset's model.
  private final class Dataset {
    private final String name;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable Loaded loaded;
    private volatile long lookedAt;

    /// A version of `current.json` whose model cannot be served.
    private @Nullable String refused;

    Dataset(String name) {
      this.name = name;
    }

    ServedModel model() throws IOException {
      Loaded known = loaded;
      if (known == null) {
        return loadFirst();
      }
      if (nanoTime.getAsLong() - lookedAt >= interval && looking.compareAndSet(false, true)) {
        lookedAt = nanoTime.getAsLong();
        if (interval == 0) {
          look();
        } else {
          background.execute(this::look);
        }
        known = loaded;
      }
      return known == null ? loadFirst() : known.model;
    }

    /// One thread loads while others that want the same dataset wait for it.
    private synchronized ServedModel loadFirst() throws IOException {
      Loaded known = loaded;
      if (known == null) {
        CurrentModel.Versioned current = current(store, name);
        try {
          known = load(store, name, current);
        } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
          LOG.log(
              Level.ERROR, "the current model of {0} cannot be served: {1}", name, e.getMessage());
          throw cannotBeServed(name, e);
        }
        lookedAt = nanoTime.getAsLong();
        loaded = known;
      }
      return known.model;
    }

    private void look() {
      try {
        Optional<ObjectInfo> found = store.find(ObjectKeys.current(name));
        Loaded known = loaded;
        if (found.isEmpty()) {
          LOG.log(Level.WARNING, "{0} has no current model any more; the last one stays", name);
        } else if (known == null
            || (!found.get().etag().equals(known.etag) && !found.get().etag().equals(refused))) {
          change();
        }
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "could not look whether " + name + " has a new model", e);
      } finally {
        looking.set(false);
      }
    }

    private void change() throws IOException {
      Optional<CurrentModel.Versioned> current = Optional.empty();
      try {
        current = CurrentModel.find(store, name);
        if (current.isPresent()) {
          ServedModel.requireRanges(store, current.get().current());
          Loaded model = load(store, name, current.get());
          loaded = model;
          LOG.log(Level.INFO, "{0} is answered by model {1}", name, model.model.card().modelId());
        }
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        refused = current.map(CurrentModel.Versioned::etag).orElse(null);
        LOG.log(
            Level.ERROR,
            "the new model of {0} cannot be served, the last one stays: {1}",
            name,
            e.getMessage());
      }
    }
  }

  /// What a caller is told when the model's files are at fault: which one, not where it is.
  static RequestException cannotBeServed(String dataset, Exception problem) {
    String message = String.valueOf(problem.getMessage());
    String file =
        java.util.stream.Stream.of(
                ObjectKeys.MODEL,
                ObjectKeys.ITEMS,
                ObjectKeys.LOOKUP,
                ObjectKeys.USERS,
                ObjectKeys.SEEN,
                ObjectKeys.MANIFEST)
            .filter(message::contains)
            .findFirst()
            .orElse("a file of it");
    String what =
        problem instanceof NoSuchObjectException
            ? " is missing"
            : message.contains("format version") ? " is of another format version" : " is damaged";
    return RequestException.unprocessable(
        "the current model of the dataset "
            + ObjectKeys.quote(dataset)
            + " cannot be served: "
            + file
            + what
            + "; publish it again, or another");
  }
}
