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

/// A generator for the data that a [SampleSpec] describes. The same spec gives the same data on every
/// machine and with any number of threads.
///
/// The constructor creates the movies and users (a few seconds and 150 MB at full size). Ratings are
/// generated on the fly and never held all at once. Thread-safe.
public final class SampleGenerator {
  private static final int USERS_PER_CHUNK = 128;

  private final SampleSpec spec;
  private final Timeline timeline;
  private final MovieCatalog movies;
  private final Users users;
  private final Choices choices;
  private final Oracle oracle;

  /// Creates the movies and users.
  ///
  /// @throws IllegalArgumentException if the spec's numbers are inconsistent
  public SampleGenerator(SampleSpec spec) {
    this.spec = spec;
    timeline = new Timeline(spec.from(), spec.to());
    movies = new MovieCatalog(spec, timeline);
    users = new Users(spec, timeline, movies);
    choices = new Choices(spec, timeline, movies, users);
    oracle = new Oracle(spec, timeline, movies, users, choices);
  }

  /// Returns the spec.
  public SampleSpec spec() {
    return spec;
  }

  /// Returns the known ground truth.
  public Oracle oracle() {
    return oracle;
  }

  MovieCatalog movies() {
    return movies;
  }

  /// Passes every rating to a consumer in the order of `ratings.csv`: by user, then by movie.
  ///
  /// @param threads number of generating threads; does not affect the result
  /// @param consumer called in the calling thread
  public void forEachRating(int threads, RatingConsumer consumer) {
    try {
      inOrder(threads, chunk -> chunk, chunk -> chunk.forEach(movies.id, consumer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the zip file in MovieLens' layout: `name/README.txt`, `links.csv`, `movies.csv`, `ratings.csv`,
  /// `tags.csv`.
  ///
  /// @param target left open
  /// @param threads number of generating threads; does not affect the result
  /// @param progress receives the number of ratings written so far
  /// @throws IOException if the target cannot be written
  public void writeZip(OutputStream target, int threads, Progress progress) throws IOException {
    new SampleZip(this).write(target, threads, progress);
  }

  /// A listener for the progress of a long run.
  @FunctionalInterface
  public interface Progress {
    /// Called after every few thousand ratings.
    void ratings(long written);
  }

  /// A consumer of a chunk's result.
  @FunctionalInterface
  interface ResultSink<T> {
    void accept(T result) throws IOException;
  }

  /// Generates chunks of ratings in parallel, applies `work` to each, and passes the results to `sink` in
  /// order.
  ///
  /// @param work runs in the generating threads
  /// @param sink runs in the calling thread
  <T> void inOrder(int threads, Function<RatingChunk, T> work, ResultSink<T> sink)
      throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    ConcurrentLinkedQueue<RatingSampler> idleSamplers = new ConcurrentLinkedQueue<>();
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
            pending.add(workers.submit(() -> work.apply(chunk(first, end, idleSamplers))));
          }
          sink.accept(pending.remove().get());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while generating ratings");
      } catch (ExecutionException e) {
        throw new IllegalStateException("cannot generate ratings: " + e.getCause(), e);
      } finally {
        workers.shutdownNow();
      }
    }
  }

  private RatingChunk chunk(int first, int end, ConcurrentLinkedQueue<RatingSampler> idleSamplers) {
    RatingSampler sampler = idleSamplers.poll();
    if (sampler == null) {
      sampler = new RatingSampler(spec, timeline, movies, users, choices, oracle);
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
      sampler.generate(u, rows, at);
      at = ends[u - first];
    }
    idleSamplers.add(sampler);
    return new RatingChunk(first, ends, rows);
  }
}
