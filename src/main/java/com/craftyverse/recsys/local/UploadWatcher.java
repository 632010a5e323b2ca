package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.publish.Cleaner;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Watches for uploads and queues each as a run.
///
/// It lists `raw/` every second. It takes a file once two listings in a row show it with the same size
/// and time, so that it never takes one that is still being copied.
@ApplicationScoped
class UploadWatcher {
  private static final System.Logger LOG = System.getLogger(UploadWatcher.class.getName());
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final ObjectStore store;
  private final boolean enabled;
  private final Optional<String> sample;
  private final Runs runs;
  private @Nullable Thread thread;

  /// Why the last listing failed; null if it succeeded.
  private @Nullable String problem;

  /// The ETags of the last listing by key.
  private final Map<String, String> seen = new HashMap<>();

  UploadWatcher(
      ObjectStore store,
      @ConfigProperty(name = "recsys.watch") boolean enabled,
      @ConfigProperty(name = "recsys.sample") Optional<String> sample,
      Runs runs) {
    this.store = store;
    this.enabled = enabled;
    this.sample = sample;
    this.runs = runs;
  }

  void start(@Observes StartupEvent event) {
    if (enabled) {
      LOG.log(
          Level.INFO,
          "Put a file of ratings or choices into {0}/{1} and it becomes a model.",
          store.location(),
          StoreLayout.RAW);
      thread = Thread.ofPlatform().daemon().name("upload-watcher").start(this::watch);
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    if (thread != null) {
      thread.interrupt();
      thread.join(STOP_TIMEOUT);
    }
  }

  private void watch() {
    boolean cleaned = false;
    boolean sampleUploaded = false;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        if (!cleaned) {
          new Cleaner(store, Instant.now()).cleanAbandoned();
          cleaned = true;
        }
        if (!sampleUploaded) {
          uploadSampleIfEmpty();
          sampleUploaded = true;
        }
        poll();
        logProblemChange(null);
      } catch (IOException | RuntimeException e) {
        logProblemChange(String.valueOf(e.getMessage()));
      }
      try {
        Thread.sleep(POLL_INTERVAL);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Logs when listings start to fail, fail for another reason, or succeed again.
  private void logProblemChange(@Nullable String newProblem) {
    if (newProblem != null && !newProblem.equals(problem)) {
      LOG.log(
          Level.ERROR,
          "cannot look for uploads in {0}: {1}; the watcher keeps trying",
          store.location(),
          newProblem);
    } else if (newProblem == null && problem != null) {
      LOG.log(Level.INFO, "looking for uploads in {0} again", store.location());
    }
    problem = newProblem;
  }

  /// Uploads the sample into a store without uploads or models.
  private void uploadSampleIfEmpty() throws IOException {
    if (sample.isEmpty()
        || !store.list(StoreLayout.RAW).isEmpty()
        || !store.list("models/").isEmpty()) {
      return;
    }
    Path file = Path.of(sample.get());
    if (!Files.isRegularFile(file)) {
      LOG.log(Level.WARNING, "there is no sample at {0}; the store stays empty", file);
      return;
    }
    Path copy = store.newTempFile();
    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    store.put(StoreLayout.RAW + file.getFileName(), copy);
  }

  /// Lists the uploads and queues each that no longer changes.
  private void poll() throws IOException {
    for (ObjectInfo upload : store.list(StoreLayout.RAW)) {
      if (isUpload(upload)
          && isWhole(upload.key())
          && upload.etag().equals(seen.put(upload.key(), upload.etag()))) {
        runs.queueIfNew(upload);
      }
    }
  }

  /// Returns whether an object brings an upload. A file of a folder does not; the folder's `_SUCCESS` does.
  private boolean isWhole(String key) throws IOException {
    boolean isFile = key.split("/", -1).length <= 3 && !key.endsWith("/_SUCCESS");
    return isFile || Ingest.whyIgnored(store, key).isEmpty();
  }

  private static boolean isUpload(ObjectInfo object) {
    String name = object.key().substring(object.key().lastIndexOf('/') + 1);
    return !name.startsWith(".")
        && !name.endsWith(".part")
        && !name.endsWith(".tmp")
        && !name.equals(StoreLayout.SETTINGS);
  }
}
