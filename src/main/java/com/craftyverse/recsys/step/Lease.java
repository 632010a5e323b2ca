package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Keeps two processes from doing the same work at once. It saves work; correctness does not hang on
/// it, since both would write the same objects.
///
/// The lease is an object with an expiry that its holder keeps pushing back. When the holder dies,
/// the lease runs out and the next one takes it over, each by compare-and-set.
final class Lease implements AutoCloseable {
  static final Duration LIFE = Duration.ofSeconds(20);
  private static final Duration RENEWAL = LIFE.dividedBy(4);
  private static final System.Logger LOG = System.getLogger(Lease.class.getName());

  /// The lease as stored.
  ///
  /// @param holder a random name
  /// @param expires when it runs out, in UTC
  record State(String holder, String expires) {
    static byte[] startingNow(String holder) {
      return Json.write(new State(holder, Instant.now().plus(LIFE).toString()));
    }
  }

  private final ObjectStore store;
  private final String key;
  private final String holder;
  private final ScheduledExecutorService renewal;

  private Lease(ObjectStore store, String key, String holder) {
    this.store = store;
    this.key = key;
    this.holder = holder;
    this.renewal =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lease-renewal").factory());
    // Nothing is to be had of the future: renew() keeps its exceptions to itself.
    var _ =
        renewal.scheduleAtFixedRate(
            this::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Takes the lease if it is free or has run out.
  static Optional<Lease> tryTake(ObjectStore store, String key) throws IOException {
    String holder = UUID.randomUUID().toString();
    byte[] mine = State.startingNow(holder);
    if (store.putIfAbsent(key, mine)) {
      return Optional.of(new Lease(store, key, holder));
    }
    ObjectStore.StoredObject found;
    try {
      found = store.read(key);
    } catch (NoSuchObjectException e) {
      return Optional.empty(); // given back just now; the caller looks again
    }
    if (Instant.now().isBefore(expiry(found, key))) {
      return Optional.empty();
    }
    return store.replace(key, mine, found.etag())
        ? Optional.of(new Lease(store, key, holder))
        : Optional.empty();
  }

  /// Gives the lease back if it is still ours. Does so for an interrupted thread as well, since whoever
  /// stopped the work may want to start it again at once.
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      renewal.shutdownNow();
      if (!renewal.awaitTermination(LIFE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "the renewal of lease {0} does not stop", key);
      }
      if (ours().isPresent()) {
        store.delete(key);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void renew() {
    try {
      Optional<ObjectStore.StoredObject> ours = ours();
      if (ours.isEmpty() || !store.replace(key, State.startingNow(holder), ours.get().etag())) {
        LOG.log(Level.WARNING, "lease {0} was taken over by another process", key);
        renewal.shutdown();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "lease {0} could not be renewed: {1}", key, e.getMessage());
    }
  }

  private Optional<ObjectStore.StoredObject> ours() throws IOException {
    try {
      ObjectStore.StoredObject found = store.read(key);
      State state = Json.read(found.content(), State.class, key);
      return state.holder().equals(holder) ? Optional.of(found) : Optional.empty();
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  private static Instant expiry(ObjectStore.StoredObject lease, String key) throws IOException {
    return Instant.parse(Json.read(lease.content(), State.class, key).expires());
  }
}
