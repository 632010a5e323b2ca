package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// Runs a step at most once per id and records the result in its manifest.
///
/// A manifest is valid only while every object that it lists exists with the recorded size. If one is
/// missing, for example because data expired before its manifest, the runner repeats the work and replaces
/// the manifest. It also replaces one with another id, which only `evaluation.json` can have.
public final class StepRunner {
  private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
  private static final Duration MAX_WAIT = Duration.ofMinutes(10);

  private final ObjectStore store;

  /// @param store where steps read and write
  public StepRunner(ObjectStore store) {
    this.store = store;
  }

  /// The work of a step: writes objects to `output` and returns its figures.
  ///
  /// @param <F> a record of figures
  @FunctionalInterface
  public interface Work<F> {
    /// Does the work. An interrupt stops it with an [java.io.InterruptedIOException].
    F run(Output output) throws IOException;
  }

  /// The destination of a step's objects.
  public interface Output {
    /// Writes an object; `content` fills its file.
    void write(String name, FileContent content) throws IOException;

    /// Turns a file from [ObjectStore#newTempFile] into an object; the file is consumed.
    void put(String name, Path file) throws IOException;

    /// Lists an object that is there already, from an earlier call that was interrupted.
    ///
    /// @param bytes the object's size
    void keep(String name, long bytes);

    /// Writes an object as JSON.
    void writeJson(String name, Object document) throws IOException;
  }

  /// A writer of one file.
  @FunctionalInterface
  public interface FileContent {
    /// Writes to the empty file at `path`.
    void writeTo(Path path) throws IOException;
  }

  /// The result of completed work.
  ///
  /// @param manifest the key of its manifest
  /// @param cached whether an earlier run did the work
  /// @param figures the step's counts and measurements
  public record Result<F>(String manifest, boolean cached, F figures) {}

  /// Returns the recorded result of the work, or does the work and records it in the directory's
  /// `manifest.json`.
  ///
  /// @param directory the directory of the outputs, with a trailing slash
  /// @param sources keys of the inputs, for readers of the manifest
  /// @throws RequestException if another process still does the same work after ten minutes
  public <F extends Record> Result<F> run(
      StepSpec spec,
      String directory,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work)
      throws IOException {
    return run(spec, directory, StoreLayout.MANIFEST, sources, figuresType, work);
  }

  /// Does the same for work that adds to a directory of another step and therefore needs a manifest name of
  /// its own.
  ///
  /// @param directory the directory of the outputs, with a trailing slash
  /// @param manifestName the manifest's name within the directory
  /// @param sources keys of the inputs, for readers of the manifest
  /// @throws RequestException if another process still does the same work after ten minutes
  public <F extends Record> Result<F> run(
      StepSpec spec,
      String directory,
      String manifestName,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work)
      throws IOException {
    String manifestKey = directory + manifestName;
    Instant deadline = Instant.now().plus(MAX_WAIT);
    boolean logged = false;
    while (true) {
      PriorRun<F> prior = find(spec, directory, manifestKey, figuresType);
      if (prior.result != null) {
        return prior.result;
      }
      Optional<Lease> lease = Lease.tryAcquire(store, directory + StoreLayout.LEASE + manifestName);
      if (lease.isPresent()) {
        try (Lease _ = lease.get()) {
          // The previous holder of the lease may have just finished.
          prior = find(spec, directory, manifestKey, figuresType);
          return prior.result != null
              ? prior.result
              : doWork(spec, directory, manifestKey, sources, figuresType, work, prior.staleEtag);
        }
      }
      if (Instant.now().isAfter(deadline)) {
        throw RequestException.conflict(
            spec.step()
                + " of "
                + directory
                + " is already running in another process; try again later");
      }
      if (!logged) {
        logged = true;
        LOG.log(
            Level.INFO,
            "{0}: waiting for another process that works on {1}",
            spec.step(),
            directory);
      }
      try {
        Thread.sleep(POLL_INTERVAL);
      } catch (InterruptedException e) {
        throw Threads.interrupted(spec.step().toString());
      }
    }
  }

  /// Returns the recorded result of the work if every object of it still exists.
  ///
  /// @param manifestKey the manifest that records it
  public <F extends Record> Optional<Result<F>> find(
      StepSpec spec, String manifestKey, Class<F> figuresType) throws IOException {
    return Optional.ofNullable(
        find(spec, ObjectKeys.directoryOf(manifestKey), manifestKey, figuresType).result);
  }

  /// The state of earlier work.
  ///
  /// @param result its result, if it is complete
  /// @param staleEtag the ETag of a manifest whose objects are no longer complete
  private record PriorRun<F>(@Nullable Result<F> result, @Nullable String staleEtag) {}

  private <F extends Record> PriorRun<F> find(
      StepSpec spec, String directory, String manifestKey, Class<F> figuresType)
      throws IOException {
    Optional<ObjectInfo> info = store.find(manifestKey);
    if (info.isEmpty()) {
      return new PriorRun<>(null, null);
    }
    Manifest manifest = Manifest.read(store, manifestKey, spec.step());
    if (!manifest.id().equals(spec.id())) {
      return new PriorRun<>(null, info.get().etag());
    }
    for (Map.Entry<String, Long> output : manifest.outputs().entrySet()) {
      Optional<ObjectInfo> object = store.find(directory + output.getKey());
      if (object.isEmpty() || object.get().size() != output.getValue()) {
        LOG.log(
            Level.WARNING,
            "{0} runs again: {1} {2}, but {3} lists {4} bytes",
            spec.step(),
            directory + output.getKey(),
            object.isEmpty() ? "is missing" : "has " + object.get().size() + " bytes",
            manifestKey,
            output.getValue().toString());
        return new PriorRun<>(null, info.get().etag());
      }
    }
    return new PriorRun<>(new Result<>(manifestKey, true, manifest.figures(figuresType)), null);
  }

  private <F extends Record> Result<F> doWork(
      StepSpec spec,
      String directory,
      String manifestKey,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work,
      @Nullable String staleEtag)
      throws IOException {
    long start = System.nanoTime();
    DirectoryOutput output = new DirectoryOutput(directory, spec.step() == StepName.TRAIN);
    F figures = work.run(output);
    double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
    Metrics.emit(spec, seconds, Json.toMap(figures));
    Manifest manifest =
        new Manifest(
            spec.step(),
            spec.step().formatVersion(),
            spec.id(),
            spec.dataset(),
            spec.inputs(),
            sources,
            Json.toMap(spec.parameters()),
            output.written,
            output.digests,
            Json.toMap(figures),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            seconds);
    byte[] json = Json.write(manifest);
    if (!(staleEtag != null && store.replace(manifestKey, json, staleEtag))
        && !store.putIfAbsent(manifestKey, json)) {
      // Another process took over our lease, which we held too long. Same work, so same result.
      Manifest existing = Manifest.read(store, manifestKey, spec.step());
      return new Result<>(manifestKey, true, existing.figures(figuresType));
    }
    return new Result<>(manifestKey, false, figures);
  }

  private final class DirectoryOutput implements Output {
    private final String directory;

    /// Several threads may write objects at once.
    final Map<String, Long> written = new ConcurrentSkipListMap<>();

    /// The SHA-256 of each object; none if digests are not wanted.
    final Map<String, String> digests = new ConcurrentSkipListMap<>();

    private final boolean hasDigests;

    DirectoryOutput(String directory, boolean hasDigests) {
      this.directory = directory;
      this.hasDigests = hasDigests;
    }

    @Override
    public void write(String name, FileContent content) throws IOException {
      Path file = store.newTempFile();
      try {
        content.writeTo(file);
        put(name, file);
      } finally {
        Files.deleteIfExists(file);
      }
    }

    @Override
    public void put(String name, Path file) throws IOException {
      written.put(name, Files.size(file));
      if (hasDigests) {
        digests.put(name, Digest.of(file));
      }
      store.put(directory + name, file);
    }

    @Override
    public void keep(String name, long bytes) {
      if (hasDigests) {
        throw new UnsupportedOperationException("the digest of " + name + " is not known");
      }
      written.put(name, bytes);
    }

    @Override
    public void writeJson(String name, Object document) throws IOException {
      byte[] json = Json.write(document);
      written.put(name, (long) json.length);
      if (hasDigests) {
        digests.put(name, Digest.of(json));
      }
      store.put(directory + name, json);
    }
  }
}
