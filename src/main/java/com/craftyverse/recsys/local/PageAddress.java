package com.craftyverse.recsys.local;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger.Level;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Names the page's address in the first line of the log.
@ApplicationScoped
class PageAddress {
  private static final System.Logger LOG = System.getLogger(PageAddress.class.getName());
  private static final int BEFORE_THE_STORE = 0;

  /// @param port the configured port; 0, any free one, is known only later, when Quarkus logs it
  void start(
      @Observes @Priority(BEFORE_THE_STORE) StartupEvent event,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "quarkus.http.port") int port,
      @ConfigProperty(name = "quarkus.http.host-enabled") boolean listens) {
    if (listens && port > 0) {
      LOG.log(
          Level.INFO,
          "See it work at http://{0}:{1}",
          host.equals("127.0.0.1") ? "localhost" : host,
          String.valueOf(port));
    }
  }
}
