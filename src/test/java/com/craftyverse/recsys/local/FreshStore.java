package com.craftyverse.recsys.local;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Starts the application with an empty store.
public class FreshStore implements QuarkusTestProfile {
  @Override
  public Map<String, String> getConfigOverrides() {
    try {
      Path target = Files.createDirectories(Path.of("target", "test-stores"));
      Map<String, String> overrides = new HashMap<>(settings());
      overrides.put("recsys.store", Files.createTempDirectory(target, "store-").toString());
      return overrides;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns further settings.
  protected Map<String, String> settings() {
    return Map.of();
  }

  /// The same with the watcher and the sample of dev mode.
  public static class Watched extends FreshStore {
    @Override
    protected Map<String, String> settings() {
      return Map.of("recsys.watch", "true", "recsys.sample", "data/sample/craftyverse-sample.zip");
    }
  }
}
