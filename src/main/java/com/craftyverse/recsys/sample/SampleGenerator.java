package com.craftyverse.recsys.sample;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/// Makes the data that a [SampleSpec] describes. The same spec gives the same data on every machine
/// and with any number of threads.
///
/// The constructor makes the movies and users (a few seconds and 150 MB at full size); ratings are
/// then made on the fly and never held all at once. Thread-safe.
public final class SampleGenerator {
  private static final int USERS_PER_CHUNK = 128;

  private final SampleSpec spec;
  private final Timeline timeline;
  private final Catalogue movies;
  private final Users users;
  private final Choices choices;
  private final Oracle oracle;

  /// Makes the movies and users.
  ///
  /// @throws IllegalArgumentException if the numbers of the spec do not go together
  public SampleGenerator(SampleSpec spec) {
    this.spec = spec;
    timeline = new Timeline(spec.from(), spec.to());
    movies = new Catalogue(spec, timeline);
    users = new Users(spec, timeline, movies);
    choices = new Choices(spec, timeline, movies, users);
    oracle = new Oracle(spec, timeline, movies, users, choices);
  }

  /// What is made.
  public SampleSpec spec() {
    return spec;
  }

  /// The planted truth.
  public Oracle oracle() {
    return oracle;
  }

  Catalogue movies() {
    return movies;
  }

  /// Hands over every rating in the order of `ratings.csv`: by user, then by movie.
  ///
  /// @param threads number of threads that make ratings; without influence on the result
  /// @param consumer called in the calling thread
  public void forEachRating(int threads, RatingConsumer consumer) {
    try {
      inOrder(threads, chunk -> chunk, chunk -> chunk.forEach(movies.id, consumer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the zip file as MovieLens lays it out: `name/README.txt`, `links.csv`, `movies.csv`,
  /// `ratings.csv`, `tags.csv`.
  ///
  /// @param target is left open
  /// @param threads number of threads that make ratings; without influence on the result
  /// @param progress is told the number of ratings written so far
  /// @throws IOException if the target cannot be written
  public void writeZip(OutputStream target, int threads, Progress progress) throws IOException {
    new SampleZip(this).write(target, threads, progress);
  }

  /// Hears how far a long run has come.
  @FunctionalInterface
  public interface Progress {
    /// Called after every few thousand ratings.
    void ratings(long written);
  }

  /// Takes what was made of a chunk.
  @FunctionalInterface
  interface Taker<T> {
    void take(T made) throws IOException;
  }

  /// Makes chunks of ratings side by side, and something of each, and hands that over in order.
  ///
  /// @param work runs in the threads that make ratings
  /// @param taker runs in the calling thread
  <T> void inOrder(int threads, Function<RatingChunk, T> work, Taker<T> taker) throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    ConcurrentLinkedQueue<RatingMaker> idle = new ConcurrentLinkedQueue<>();
    ArrayDeque<Future<T>> pending = new ArrayDeque<>();
    int window = 2 * threads + 2;
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      try {
        int next = 0;
        while (next < users.size || !pending.isEmpty()) {
          while (next < users.size && pending.size() < window) {
            int first = next;
            next = Math.min(users.size, first + USERS_PER_CHUNK);
            int end = next;
            pending.add(workers.submit(() -> work.apply(chunk(first, end, idle))));
          }
          taker.take(pending.remove().get());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while making ratings");
      } catch (ExecutionException e) {
        throw new IllegalStateException("ratings could not be made: " + e.getCause(), e);
      } finally {
        workers.shutdownNow();
      }
    }
  }

  private RatingChunk chunk(int first, int end, ConcurrentLinkedQueue<RatingMaker> idle) {
    RatingMaker maker = idle.poll();
    if (maker == null) {
      maker = new RatingMaker(spec, timeline, movies, users, choices, oracle);
    }
    int total = 0;
    int[] ends = new int[end - first];
    for (int u = first; u < end; u++) {
      total += users.count[u];
      ends[u - first] = total;
    }
    long[] rows = new long[total];
    int at = 0;
    for (int u = first; u < end; u++) {
      maker.make(u, rows, at);
      at = ends[u - first];
    }
    idle.add(maker);
    return new RatingChunk(first, ends, rows);
  }
}
