package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.crac.Context;
import org.crac.Resource;

/// What is done around a snapshot of the process, as SnapStart takes it. Before: the model is loaded, every
/// kind of request is answered often enough to be compiled, and the store is closed; until then it kept no
/// connection open (see [com.craftyverse.recsys.storage.ObjectStores#openAhead]).
/// After, in each process that starts from it: the current model is looked up and loaded, so that no answer
/// comes from the snapshot's own, which may be weeks old.
final class Snapshot implements Resource {
  private static final System.Logger LOG = System.getLogger(Snapshot.class.getName());
  private static final int ROUNDS = 300;

  private final Serving serving;
  private final Models models;
  private final Runnable reconnect;

  /// @param reconnect gives the store's connections up; new ones are made when they are wanted
  Snapshot(Serving serving, Models models, Runnable reconnect) {
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
