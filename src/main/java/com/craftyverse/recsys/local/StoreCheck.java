package com.craftyverse.recsys.local;

import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger.Level;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Opens the store when the server starts, so that a wrong setting is reported at once in one sentence
/// instead of by the first request that fails.
@ApplicationScoped
class StoreCheck {
  private static final System.Logger LOG = System.getLogger(StoreCheck.class.getName());
  private static final int FIRST = 1;

  /// @param listens whether there is a server; a command reports the setting itself
  void start(
      @Observes @Priority(FIRST) StartupEvent event,
      ObjectStore store,
      @ConfigProperty(name = "quarkus.http.host-enabled") boolean listens) {
    if (!listens) {
      return;
    }
    try {
      LOG.log(Level.INFO, "The store is {0}.", store.location());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, describe(e));
      Quarkus.asyncExit(1);
    }
  }

  /// Returns the message of the first cause that mentions the store, and the cause behind it.
  static String describe(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && !String.valueOf(cause.getMessage()).contains("store")) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    return cause.getCause() == null
        ? message
        : message
            + ": "
            + cause.getCause().getClass().getSimpleName()
            + " "
            + cause.getCause().getMessage();
  }
}
