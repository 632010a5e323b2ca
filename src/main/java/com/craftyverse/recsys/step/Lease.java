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

/// A lease that keeps two processes from doing the same work at once. It only saves work; correctness does
/// not depend on it, because both would write the same objects.
///
/// The lease is an object with an expiry that its holder keeps extending. If the holder dies, the lease
/// expires and the next process takes it over. Every change is a compare-and-set.
final class Lease implements AutoCloseable {
  static final Duration TTL = Duration.ofSeconds(20);
  private static final Duration RENEWAL = TTL.dividedBy(4);
  private static final System.Logger LOG = System.getLogger(Lease.class.getName());

  /// The lease as stored.
  ///
  /// @param holder a random name
  /// @param expires expiry time, in UTC
  record State(String holder, String expires) {
    static byte[] startingNow(String holder) {
      return Json.write(new State(holder, Instant.now().plus(TTL).toString()));
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
    // Ignore the future: renew() handles its own exceptions.
    var _ =
        renewal.scheduleAtFixedRate(
            this::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Takes the lease if it is free or has expired.
  static Optional<Lease> tryAcquire(ObjectStore store, String key) throws IOException {
    String holder = UUID.randomUUID().toString();
    byte[] state = State.startingNow(holder);
    if (store.putIfAbsent(key, state)) {
      return Optional.of(new Lease(store, key, holder));
    }
    ObjectStore.StoredObject found;
    try {
      found = store.read(key);
    } catch (NoSuchObjectException e) {
      return Optional.empty(); // just released; the caller retries
    }
    if (Instant.now().isBefore(expiry(found, key))) {
      return Optional.empty();
    }
    return store.replace(key, state, found.etag())
        ? Optional.of(new Lease(store, key, holder))
        : Optional.empty();
  }

  /// Releases the lease if this process still holds it. Works on an interrupted thread, too, because the
  /// caller that stopped the work may restart it at once.
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      renewal.shutdownNow();
      if (!renewal.awaitTermination(TTL.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "the renewal thread of lease {0} did not stop", key);
      }
      if (readIfHeld().isPresent()) {
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
      Optional<ObjectStore.StoredObject> held = readIfHeld();
      if (held.isEmpty() || !store.replace(key, State.startingNow(holder), held.get().etag())) {
        LOG.log(Level.WARNING, "lease {0} was taken over by another process", key);
        renewal.shutdown();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "lease {0} could not be renewed: {1}", key, e.getMessage());
    }
  }

  private Optional<ObjectStore.StoredObject> readIfHeld() throws IOException {
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
