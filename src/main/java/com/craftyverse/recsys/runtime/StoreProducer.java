package com.craftyverse.recsys.runtime;

import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Opens the store that `recsys.store` names (`RECSYS_STORE` in the environment), on first access.
@Singleton
@Unremovable
public class StoreProducer {
  private final AtomicReference<@Nullable ObjectStore> open = new AtomicReference<>();

  /// Supplies an open store, which the application uses instead of opening one itself.
  public void adopt(ObjectStore store) {
    open.set(store);
  }

  @Produces
  @ApplicationScoped
  ObjectStore store(@ConfigProperty(name = "recsys.store") Optional<String> location) {
    ObjectStore adopted = open.getAndSet(null);
    if (adopted != null) {
      return adopted;
    }
    String configured =
        location.orElseThrow(
            () ->
                new IllegalStateException(
                    "no store is configured: set RECSYS_STORE to a directory or to s3://bucket"));
    try {
      return ObjectStores.open(configured);
    } catch (IOException e) {
      throw new UncheckedIOException("the store " + configured + " cannot be opened", e);
    }
  }

  void close(@Disposes ObjectStore store) throws IOException {
    store.close();
  }
}
