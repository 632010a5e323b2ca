package com.craftyverse.recsys.local;

import com.craftyverse.recsys.serve.ServeFunction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Loads the default dataset's model when a local server starts, if `recsys.preload` is set. On Lambda,
/// the entry point does this.
@ApplicationScoped
class ModelPreloader {
  void start(
      @Observes StartupEvent event,
      ServeFunction serve,
      @ConfigProperty(name = "recsys.preload") boolean preload) {
    if (preload) {
      serve.preloadDefault();
    }
  }
}
