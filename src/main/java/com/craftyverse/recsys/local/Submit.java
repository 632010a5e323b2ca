package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.UploadSettings;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Submits an upload: moves it from `incoming/` to `raw/` with the choices of the request and queues a run.
@ApplicationScoped
class Submit {
  private final ObjectStore store;
  private final Runs runs;
  private final Optional<Path> sample;

  Submit(
      ObjectStore store,
      Runs runs,
      @ConfigProperty(name = "recsys.sample") Optional<String> sample) {
    this.store = store;
    this.runs = runs;
    this.sample = sample.map(Path::of).filter(Files::isRegularFile);
  }

  /// Returns the file name of the sample, if there is one.
  Optional<String> sampleName() {
    return sample.map(file -> String.valueOf(file.getFileName()));
  }

  /// Submits the upload that a request names.
  ///
  /// @throws RequestException if a field is missing or invalid, the upload does not exist, or the dataset was made
  ///     from another file
  SubmitResult run(SubmitRequest request) throws IOException {
    if (Boolean.TRUE.equals(request.sample())) {
      return queue(uploadSample());
    }
    String key = Request.requireKey("key", Request.require("key", request.key()));
    UploadSettings settings = request.settings().requireValid();
    String target = target(key, request.dataset());
    if (!key.equals(target)) {
      Ingest.requireSameFile(store, target);
    }
    if (store.find(key).isEmpty()) {
      throw noUpload(key);
    }
    writeSettings(target, settings);
    if (!key.equals(target)) {
      try {
        store.move(key, target);
      } catch (NoSuchObjectException e) {
        throw noUpload(key);
      }
    }
    return queue(target);
  }

  /// Returns the key that an upload gets, or keeps if it is below `raw/`.
  private static String target(String key, @Nullable String dataset) {
    try {
      if (key.startsWith(StoreLayout.RAW) && dataset == null) {
        String _ = StoreLayout.datasetOfUpload(key);
        return key;
      }
      if (!key.startsWith(StoreLayout.INCOMING)) {
        throw RequestException.invalid(
            "field 'key': "
                + ObjectKeys.quote(key)
                + (dataset == null
                    ? " is no upload; expected incoming/FILE, or raw/FILE or raw/DATASET/FILE"
                    : " cannot move to another dataset; expected incoming/FILE"));
      }
      String file = key.substring(StoreLayout.INCOMING.length());
      String name =
          dataset == null
              ? StoreLayout.datasetOfUpload(StoreLayout.RAW + file)
              : StoreLayout.requireDataset(dataset);
      return ObjectKeys.require(StoreLayout.RAW + name + "/" + file);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid(
          "field '" + (dataset == null ? "key" : "dataset") + "': " + e.getMessage());
    }
  }

  private static RequestException noUpload(String key) {
    return RequestException.notFound(
        "field 'key': there is no object " + ObjectKeys.quote(key) + " in the store");
  }

  /// Writes the choices of a request beside its upload. A request without any returns to the defaults. What the
  /// settings say about the later steps stays.
  private void writeSettings(String key, UploadSettings settings) throws IOException {
    Optional<String> settingsKey = StoreLayout.settingsOfUpload(key);
    if (settingsKey.isEmpty()) {
      if (!settings.isDefault()) {
        throw RequestException.invalid(
            "field 'key': settings belong to a directory, and "
                + ObjectKeys.quote(key)
                + " is in none; upload it as raw/DATASET/FILE");
      }
      return;
    }
    UploadSettings kept = settings.withStepsOf(UploadSettings.of(store, key));
    if (kept.isDefault()) {
      store.delete(settingsKey.get());
    } else {
      store.put(settingsKey.get(), Json.write(kept));
    }
  }

  private String uploadSample() throws IOException {
    Path file =
        sample.orElseThrow(
            () ->
                RequestException.notFound(
                    "field 'sample': this server has no sample; set RECSYS_SAMPLE to a ratings"
                        + " file"));
    Path copy = store.newTempFile();
    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    String key = StoreLayout.RAW + file.getFileName();
    store.put(key, copy);
    return key;
  }

  private SubmitResult queue(String key) throws IOException {
    ObjectInfo upload = store.find(key).orElseThrow(() -> noUpload(key));
    Run run = runs.queue(upload);
    return new SubmitResult(key, run.dataset(), run.run());
  }
}
