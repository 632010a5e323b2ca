package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStores;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Loads the default dataset's model beside the start of the application, which does not need it yet: a
/// cold start then takes as long as the longer of the two. The S3 client and the model's files are most
/// of what it takes.
public final class Preload {
  private static final AtomicReference<@Nullable FutureTask<ModelCache.Loaded>> BEGUN =
      new AtomicReference<>();

  private static volatile String begunFrom = "";

  private Preload() {}

  /// Begins, if the environment says that a model is wanted at start. To be called before anything else.
  ///
  /// @param environment `RECSYS_PRELOAD`, `RECSYS_STORE` and `RECSYS_DATASET` as the application has them
  public static void begin(Map<String, String> environment) {
    String store = environment.getOrDefault("RECSYS_STORE", "");
    String dataset = environment.getOrDefault("RECSYS_DATASET", "");
    if (environment.getOrDefault("RECSYS_PRELOAD", "").equals("true") && !store.isEmpty()) {
      FutureTask<ModelCache.Loaded> load = new FutureTask<>(() -> load(store, dataset));
      begunFrom = store;
      BEGUN.set(load);
      Thread.ofPlatform().daemon().name("model-preload").start(load);
    }
  }

  /// Helps, while the model is loaded: loads and links the classes that the rest of it and the first answer
  /// take.
  public static void help() {
    byte[] _ = Priming.run(begunFrom);
  }

  /// Whether a model was begun to be loaded and is not taken yet.
  public static boolean isUnderWay() {
    return BEGUN.get() != null;
  }

  private static ModelCache.Loaded load(String location, String dataset) throws IOException {
    ObjectStore store = ObjectStores.openAhead(location);
    return ModelCache.load(
        store,
        dataset.isEmpty() ? ModelCache.findLatest(store) : ObjectKeys.requireDataset(dataset));
  }

  /// Waits for the model, for the one who asks first. Empty when none was wanted or it cannot be loaded,
  /// which comes up again when it is asked for.
  static Optional<ModelCache.Loaded> take() throws InterruptedException {
    FutureTask<ModelCache.Loaded> load = BEGUN.getAndSet(null);
    if (load == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(load.get());
    } catch (ExecutionException e) {
      System.getLogger(Preload.class.getName())
          .log(Level.DEBUG, "no model was loaded ahead", e.getCause());
      return Optional.empty();
    }
  }
}
