package com.craftyverse.recsys.serve.startup;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Router;
import com.craftyverse.recsys.serve.ServeRequest;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.crac.Context;
import org.crac.Resource;

/// The hooks that SnapStart calls around a snapshot of the process.
///
/// Before the snapshot, the process loads the model, answers every kind of request often enough for the
/// JIT to compile the code, and closes the store, because connections do not survive a snapshot. After
/// each restore, it looks up and loads the current model, because the snapshot's model may be weeks old.
public final class SnapStartHooks implements Resource {
  private static final System.Logger LOG = System.getLogger(SnapStartHooks.class.getName());
  private static final int ROUNDS = 300;

  private final RecommendationService service;
  private final ModelCache modelCache;
  private final Runnable reconnect;

  /// @param reconnect closes the store's connections; the next request opens new ones
  public SnapStartHooks(RecommendationService service, ModelCache modelCache, Runnable reconnect) {
    this.service = service;
    this.modelCache = modelCache;
    this.reconnect = reconnect;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws IOException {
    try {
      warmUp();
    } catch (FunctionException e) {
      // A function may be deployed before it has a model.
      LOG.log(Level.WARNING, "the snapshot has no model: {0}", e.getMessage());
    }
    reconnect.run();
  }

  private void warmUp() throws IOException {
    Router router = new Router(service);
    for (int round = 0; round < ROUNDS; round++) {
      for (String request : service.examples()) {
        byte[] json = request.getBytes(StandardCharsets.UTF_8);
        byte[] _ = Json.write(router.route(RequestJson.decode(json, ServeRequest.class)));
      }
    }
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    modelCache.refreshAfterRestore();
  }
}
