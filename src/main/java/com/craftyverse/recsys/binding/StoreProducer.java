package com.craftyverse.recsys.binding;

import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Opens the store that `recsys.store` (in the environment: `RECSYS_STORE`) names.
@Singleton
class StoreProducer {
  @Produces
  @ApplicationScoped
  ObjectStore store(@ConfigProperty(name = "recsys.store") Optional<String> location) {
    String place =
        location.orElseThrow(
            () ->
                new IllegalStateException(
                    "no store is configured: set RECSYS_STORE to a directory or to s3://bucket"));
    try {
      return ObjectStores.open(place);
    } catch (IOException e) {
      throw new UncheckedIOException("the store " + place + " cannot be opened", e);
    }
  }

  void close(@Disposes ObjectStore store) throws IOException {
    store.close();
  }
}
