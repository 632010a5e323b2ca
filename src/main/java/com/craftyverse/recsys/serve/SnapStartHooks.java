package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.crac.Context;
import org.crac.Resource;

/// The hooks that SnapStart calls around a snapshot of the process.
///
/// Before the snapshot, the process loads the model, answers every kind of request often enough for the compiler,
/// and closes the store; it keeps no connection open until then (see
/// [com.craftyverse.recsys.storage.ObjectStores#openAhead]). After each restore, it looks up and loads the current
/// model, because the snapshot's own may be weeks old.
final class SnapStartHooks implements Resource {
  private static final System.Logger LOG = System.getLogger(SnapStartHooks.class.getName());
  private static final int ROUNDS = 300;

  private final RecommendationService serving;
  private final ModelCache models;
  private final Runnable reconnect;

  /// @param reconnect closes the store's connections; the next request opens new ones
  SnapStartHooks(RecommendationService serving, ModelCache models, Runnable reconnect) {
    this.serving = serving;
    this.models = models;
    this.reconnect = reconnect;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws IOException {
    try {
      warmUp();
    } catch (RequestException e) {
      // A function may well be deployed before its first model is.
      LOG.log(Level.WARNING, "the snapshot has no model: {0}", e.getMessage());
    }
    reconnect.run();
  }

  private void warmUp() throws IOException {
    Router router = new Router(serving);
    for (int round = 0; round < ROUNDS; round++) {
      for (String request : serving.examples()) {
        byte[] json = request.getBytes(StandardCharsets.UTF_8);
        byte[] _ = Json.write(router.route(Json.decode(json, ServeRequest.class)));
      }
    }
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    models.restored();
  }
}
