package com.craftyverse.recsys.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.craftyverse.recsys.runtime.ObjectStores;
import com.craftyverse.recsys.runtime.StoreProducer;
import com.craftyverse.recsys.serve.ServeFunction;
import com.craftyverse.recsys.serve.startup.Preload;
import com.craftyverse.recsys.serve.startup.Priming;
import com.craftyverse.recsys.serve.startup.SnapStartHooks;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.crac.Core;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The handler of the serving package: `com.craftyverse.recsys.lambda.ServeEntryPoint::handleRequest`.
///
/// It differs from [LambdaEntryPoint] in two ways. It loads the model while the application boots. And it
/// answers a caller's mistake with `{"status": 404, "error": "…"}`, so that only real failures fail an
/// invocation.
public final class ServeEntryPoint {
  static {
    Logging.installLogManager();
  }

  private static final Logger LOG = Logger.getLogger(ServeEntryPoint.class);

  private final LambdaEntryPoint functions;

  /// The context keeps only a weak reference to the hooks.
  private @Nullable SnapStartHooks hooks;

  /// Boots the application and loads the model in parallel.
  public ServeEntryPoint() {
    Optional<Preload> preload = Preload.start(System.getenv(), ServeEntryPoint::openStore);
    functions = new LambdaEntryPoint(true);
    if (preload.isPresent()) {
      finishBoot(preload.get());
    }
  }

  /// Opens the store. A process that will be snapshotted keeps no connection between requests, because it
  /// would be dead after a restore.
  private static ObjectStore openStore(String location) throws IOException {
    boolean snapshot = "snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"));
    return ObjectStores.open(location, !snapshot);
  }

  private void finishBoot(Preload preload) {
    byte[] _ = Priming.run();
    ServeFunction serve = Arc.container().instance(ServeFunction.class).get();
    StoreProducer stores = Arc.container().instance(StoreProducer.class).get();
    try {
      Optional<Preload.Loaded> loaded = preload.await();
      loaded.ifPresent(preloaded -> stores.adopt(preloaded.store()));
      loaded.flatMap(Preload.Loaded::model).ifPresent(serve.modelCache()::adopt);
      serve.preloadDefault();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    hooks = new SnapStartHooks(serve.service(), serve.modelCache(), ServeEntryPoint::closeStore);
    Core.getGlobalContext().register(hooks);
  }

  /// Closes the store; the next access opens a new one.
  private static void closeStore() {
    InstanceHandle<ObjectStore> store = Arc.container().instance(ObjectStore.class);
    LOG.infof("closing the connections to %s for the snapshot", store.get().location());
    store.destroy();
  }

  /// Answers an event.
  ///
  /// @see LambdaEntryPoint#handleRequest
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    functions.handleRequest(input, output, context);
  }
}
