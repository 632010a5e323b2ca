package com.craftyverse.recsys.serve.startup;

import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Opens the store and loads the default dataset's model in parallel with the application's boot. A
/// cold start then takes as long as the longer of the two.
public final class Preload {
  private static final System.Logger LOG = System.getLogger(Preload.class.getName());

  /// Opens a store.
  @FunctionalInterface
  public interface StoreOpener {
    /// Opens the store at a location.
    ObjectStore open(String location) throws IOException;
  }

  /// The open store and its model.
  ///
  /// @param store the open store
  /// @param model the model, or empty if it cannot be loaded; the first request reports why
  public record Loaded(ObjectStore store, Optional<ModelCache.Loaded> model) {}

  private final FutureTask<Loaded> task;

  private Preload(FutureTask<Loaded> task) {
    this.task = task;
  }

  /// Starts loading if the environment asks for it.
  ///
  /// @param environment `RECSYS_PRELOAD`, `RECSYS_STORE` and `RECSYS_DATASET`, as the application reads them
  public static Optional<Preload> start(Map<String, String> environment, StoreOpener opener) {
    String location = environment.getOrDefault("RECSYS_STORE", "");
    if (!environment.getOrDefault("RECSYS_PRELOAD", "").equals("true") || location.isEmpty()) {
      return Optional.empty();
    }
    String dataset = environment.getOrDefault("RECSYS_DATASET", "");
    FutureTask<Loaded> task = new FutureTask<>(() -> load(opener.open(location), dataset));
    Thread.ofPlatform().daemon().name("model-preload").start(task);
    return Optional.of(new Preload(task));
  }

  private static Loaded load(ObjectStore store, String dataset) {
    try {
      String name =
          dataset.isEmpty()
              ? ModelCache.findLatestDataset(store)
              : StoreLayout.requireDataset(dataset);
      return new Loaded(store, Optional.of(ModelCache.load(store, name)));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "no model was preloaded", e);
      return new Loaded(store, Optional.empty());
    }
  }

  /// Waits until the store is open and the model is loaded. Returns empty when the store cannot be opened.
  ///
  /// @throws InterruptedException when the thread is interrupted
  public Optional<Loaded> await() throws InterruptedException {
    try {
      return Optional.of(task.get());
    } catch (ExecutionException e) {
      LOG.log(Level.DEBUG, "the store cannot be opened", e.getCause());
      return Optional.empty();
    }
  }
}
