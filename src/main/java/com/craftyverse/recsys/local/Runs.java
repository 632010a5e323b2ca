package com.craftyverse.recsys.local;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The runs of the pipeline in this process: queues uploads, sends each through the [LocalPipeline], one after the
/// other, and tells subscribers of every change. Thread-safe.
///
/// Runs are not stored. The steps recognise content that they have processed before, so a restart may forget
/// everything at no cost.
@ApplicationScoped
class Runs {
  private static final System.Logger LOG = System.getLogger(Runs.class.getName());

  /// The number of runs that are remembered.
  private static final int MAX_RUNS = 50;

  private static final int STOP_SECONDS = 10;

  private final ObjectStore store;
  private final boolean refit;
  private final int keepVersions;
  private final CurlExamples examples;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("pipeline").factory());
  private final List<Consumer<Run>> subscribers = new CopyOnWriteArrayList<>();

  /// Latest first.
  private final Deque<Entry> entries = new ArrayDeque<>();

  /// The ETags of the queued contents by key.
  private final Map<String, String> queued = new HashMap<>();

  private int lastId;
  private boolean shutDown;

  /// A run with the means to stop it.
  private static final class Entry {
    private final RunRecorder recorder;
    private @Nullable Future<?> task;
    private volatile boolean stopped;

    Entry(RunRecorder recorder) {
      this.recorder = recorder;
    }
  }

  Runs(
      ObjectStore store,
      @ConfigProperty(name = "recsys.refit") boolean refit,
      @ConfigProperty(name = "recsys.keep-versions") int keepVersions,
      CurlExamples examples) {
    this.store = store;
    this.refit = refit;
    this.keepVersions = keepVersions;
    this.examples = examples;
  }

  /// Queues an upload unless this very content was queued before.
  synchronized void queueIfNew(ObjectInfo upload) {
    if (!upload.etag().equals(queued.get(upload.key()))) {
      queue(upload);
    }
  }

  /// Queues an upload.
  synchronized Run queue(ObjectInfo upload) {
    queued.put(upload.key(), upload.etag());
    RunRecorder recorder =
        new RunRecorder(
            String.valueOf(++lastId),
            upload,
            dataset(upload.key()),
            LocalPipeline.STEPS,
            this::publish);
    Entry entry = new Entry(recorder);
    entries.addFirst(entry);
    while (entries.size() > MAX_RUNS && isFinal(entries.getLast())) {
      entries.removeLast();
    }
    Run run = recorder.snapshot();
    publish(run);
    entry.task = executor.submit(() -> process(entry, upload));
    return run;
  }

  private static boolean isFinal(Entry entry) {
    return entry.recorder.snapshot().state().isFinal();
  }

  private static String dataset(String key) {
    try {
      return StoreLayout.datasetOfUpload(key);
    } catch (InvalidKeyException e) {
      return ""; // the run will be refused with the reason
    }
  }

  /// Stops a run that waits or runs. A running step stops at the next opportunity; what it has finished stays, and
  /// when the same upload is submitted again, the run goes on from there.
  ///
  /// @param id the run's number
  /// @throws RequestException if there is no such run, or it has ended
  synchronized Run stop(String id) {
    Entry entry =
        entries.stream()
            .filter(each -> each.recorder.snapshot().run().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    RequestException.notFound(
                        "field 'run': there is no run " + ObjectKeys.quote(id)));
    Run run = entry.recorder.snapshot();
    if (run.state().isFinal()) {
      throw RequestException.conflict(
          "field 'run': run " + id + " of " + run.key() + " has already ended: " + run.state());
    }
    entry.stopped = true;
    if (entry.task != null) {
      entry.task.cancel(true);
    }
    if (run.state() == Run.State.queued) {
      stopped(entry, run.key());
    }
    return entry.recorder.snapshot();
  }

  /// Returns the runs, latest first.
  synchronized List<Run> list() {
    return entries.stream().map(entry -> entry.recorder.snapshot()).toList();
  }

  /// Sends all further changes to a subscriber, in their order. It must not block.
  void subscribe(Consumer<Run> subscriber) {
    subscribers.add(subscriber);
  }

  /// Ends a subscription.
  void unsubscribe(Consumer<Run> subscriber) {
    subscribers.remove(subscriber);
  }

  private void publish(Run run) {
    subscribers.forEach(subscriber -> subscriber.accept(run));
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    synchronized (this) {
      shutDown = true;
    }
    executor.shutdownNow();
    if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "the running step did not stop within {0} s", STOP_SECONDS);
    }
  }

  private void process(Entry entry, ObjectInfo upload) {
    synchronized (this) {
      if (entry.stopped) {
        return;
      }
      entry.recorder.start();
    }
    try {
      LocalPipeline.Outcome outcome =
          new LocalPipeline(store, refit, keepVersions, entry.recorder).run(upload);
      entry.recorder.finish(Run.State.done, null);
      examples.log(outcome);
    } catch (RequestException | MalformedFileException e) {
      if (isInterrupted(entry, upload)) {
        return;
      }
      LOG.log(Level.ERROR, "{0} was refused: {1}", upload.key(), e.getMessage());
      entry.recorder.finish(Run.State.refused, e.getMessage());
    } catch (OutOfMemoryError e) {
      String reason = outOfMemory(e);
      LOG.log(Level.ERROR, "{0} failed: {1}", upload.key(), reason);
      entry.recorder.finish(Run.State.failed, reason);
    } catch (IOException | RuntimeException | Error e) {
      if (isInterrupted(entry, upload)) {
        return;
      }
      LOG.log(Level.ERROR, upload.key() + " failed", e);
      entry.recorder.finish(
          Run.State.failed, "the server failed; its log says why: " + e.getMessage());
    }
  }

  /// Returns what to do about a heap that is too small.
  static String outOfMemory(OutOfMemoryError e) {
    return String.format(
        "a heap of %d MiB is too small for it (%s); restart with a larger one, -Xmx%dm",
        Runtime.getRuntime().maxMemory() >> 20,
        e.getMessage(),
        Runtime.getRuntime().maxMemory() >> 19);
  }

  /// Returns whether a failed run was stopped, whatever its exception, and records that.
  private boolean isInterrupted(Entry entry, ObjectInfo upload) {
    if (entry.stopped) {
      stopped(entry, upload.key());
      return true;
    }
    synchronized (this) {
      if (!shutDown) {
        return false;
      }
    }
    LOG.log(Level.INFO, "{0} is unfinished; it continues at the next start", upload.key());
    return true;
  }

  private static void stopped(Entry entry, String key) {
    LOG.log(Level.INFO, "{0} was stopped; submit it again to go on", key);
    entry.recorder.finish(Run.State.stopped, null);
  }
}
