package com.craftyverse.recsys.step;

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

/// Does a step's work once for each id, and records it.
public final class StepRunner {
  private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());
  private static final String LEASE = "lease-";
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final ObjectStore store;

  /// @param store where the step reads and writes
  public StepRunner(ObjectStore store) {
    this.store = store;
  }

  /// The work itself: writes objects through `output` and returns its figures.
  ///
  /// @param <F> a record of figures
  @FunctionalInterface
  public interface Work<F> {
    /// Does the work. It may be stopped by an interrupt, as an [InterruptedIOException].
    F run(Output output) throws IOException;
  }

  /// Where the work's objects go.
  public interface Output {
    /// Writes an object by filling a file.
    void write(String name, Filler filler) throws IOException;

    /// Makes a file of [ObjectStore#newTempFile], which is then used up, an object.
    void put(String name, Path file) throws IOException;

    /// Writes an object as JSON.
    void writeJson(String name, Object document) throws IOException;
  }

  /// Fills a file.
  @FunctionalInterface
  public interface Filler {
    /// Writes to the empty file at `path`.
    void fill(Path path) throws IOException;
  }

  /// Work that is done.
  ///
  /// @param manifest the key of its manifest
  /// @param cached whether it had been done before
  /// @param figures what it counted and measured
  public record Done<F>(String manifest, boolean cached, F figures) {}

  /// Returns the result of the work if it has been done, else does it; its record is the directory's
  /// `manifest.json`.
  ///
  /// @param directory where the objects go, with a trailing slash
  /// @param sources keys of what is read, for the manifest's reader
  /// @throws RequestException when another process is still at the same work after ten minutes
  public <F extends Record> Done<F> run(
      StepSpec spec,
      String directory,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work)
      throws IOException {
    return run(spec, directory, ObjectKeys.MANIFEST, sources, figuresType, work);
  }

  /// The same for work that adds to a directory which another step has filled, and so records itself
  /// under a name of its own.
  ///
  /// @param directory where the objects go, with a trailing slash
  /// @param manifestName the record's name within the directory
  /// @param sources keys of what is read, for the manifest's reader
  /// @throws RequestException when another process is still at the same work after ten minutes
  public <F extends Record> Done<F> run(
      StepSpec spec,
      String directory,
      String manifestName,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work)
      throws IOException {
    String manifestKey = directory + manifestName;
    Instant giveUp = Instant.now().plus(LONGEST_WAIT);
    boolean told = false;
    while (true) {
      Optional<Done<F>> done = find(spec, manifestKey, figuresType);
      if (done.isPresent()) {
        return done.get();
      }
      Optional<Lease> lease = Lease.tryTake(store, directory + LEASE + manifestName);
      if (lease.isPresent()) {
        try (Lease _ = lease.get()) {
          // Who held the lease a moment ago may have finished.
          done = find(spec, manifestKey, figuresType);
          return done.isPresent()
              ? done.get()
              : doWork(spec, directory, manifestKey, sources, figuresType, work);
        }
      }
      if (Instant.now().isAfter(giveUp)) {
        throw new RequestException(
            RequestException.Kind.CONFLICT,
            spec.step()
                + " of "
                + directory
                + " is being done by another process; try again later");
      }
      if (!told) {
        told = true;
        LOG.log(
            Level.INFO, "{0}: another process is at {1}; waiting for it", spec.step(), directory);
      }
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException e) {
        throw Threads.stopped(spec.step());
      }
    }
  }

  /// The result of the work if it has been done.
  ///
  /// @param manifestKey the manifest that records it
  public <F extends Record> Optional<Done<F>> find(
      StepSpec spec, String manifestKey, Class<F> figuresType) throws IOException {
    if (store.find(manifestKey).isEmpty()) {
      return Optional.empty();
    }
    Manifest manifest = Manifest.read(store, manifestKey, spec.step(), spec.formatVersion());
    return Optional.of(new Done<>(manifestKey, true, manifest.figures(figuresType)));
  }

  private <F extends Record> Done<F> doWork(
      StepSpec spec,
      String directory,
      String manifestKey,
      Map<String, String> sources,
      Class<F> figuresType,
      Work<F> work)
      throws IOException {
    long start = System.nanoTime();
    DirectoryOutput output = new DirectoryOutput(directory);
    F figures = work.run(output);
    double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
    Metrics.tell(spec, seconds, Json.toMap(figures));
    Manifest manifest =
        new Manifest(
            spec.step(),
            spec.formatVersion(),
            spec.id(),
            spec.dataset(),
            spec.inputs(),
            sources,
            Json.toMap(spec.parameters()),
            output.written,
            Json.toMap(figures),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            seconds);
    if (!store.putIfAbsent(manifestKey, Json.write(manifest))) {
      // Somebody took over a lease that we held too long: the same work, so the same result.
      Manifest theirs = Manifest.read(store, manifestKey, spec.step(), spec.formatVersion());
      return new Done<>(manifestKey, true, theirs.figures(figuresType));
    }
    return new Done<>(manifestKey, false, figures);
  }

  private final class DirectoryOutput implements Output {
    private final String directory;

    /// Objects may be written side by side.
    final Map<String, Long> written = new ConcurrentSkipListMap<>();

    DirectoryOutput(String directory) {
      this.directory = directory;
    }

    @Override
    public void write(String name, Filler filler) throws IOException {
      Path file = store.newTempFile();
      try {
        filler.fill(file);
        put(name, file);
      } finally {
        Files.deleteIfExists(file);
      }
    }

    @Override
    public void put(String name, Path file) throws IOException {
      written.put(name, Files.size(file));
      store.put(directory + name, file);
    }

    @Override
    public void writeJson(String name, Object document) throws IOException {
      byte[] json = Json.write(document);
      written.put(name, (long) json.length);
      store.put(directory + name, json);
    }
  }
}
