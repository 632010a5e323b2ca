package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Runs the parts of transfers in parallel, with one limit for the whole store.
final class S3Parallel {
  private final Semaphore permits;

  /// @param parallelism maximum number of parts in progress at once
  S3Parallel(int parallelism) {
    this.permits = new Semaphore(parallelism);
  }

  /// The work for one part.
  @FunctionalInterface
  interface Part<T> {
    T run(int index) throws IOException;
  }

  /// Runs parts 0 to `count` - 1 and returns their results in order. If one fails, the others are stopped.
  /// No part is still running when this method returns or throws.
  ///
  /// @throws InterruptedIOException when interrupted; the thread's interrupt status stays set
  <T> List<T> run(int count, Part<T> part) throws IOException {
    record IndexedResult<T>(int index, T result) {}
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ExecutorCompletionService<IndexedResult<T>> done = new ExecutorCompletionService<>(threads);
      try {
        for (int i = 0; i < count; i++) {
          int index = i;
          Future<?> _ =
              done.submit(
                  () -> {
                    permits.acquire();
                    try {
                      return new IndexedResult<>(index, part.run(index));
                    } finally {
                      permits.release();
                    }
                  });
        }
        List<IndexedResult<T>> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          results.add(done.take().get());
        }
        results.sort((a, b) -> Integer.compare(a.index, b.index));
        return results.stream().map(IndexedResult::result).toList();
      } catch (ExecutionException e) {
        threads.shutdownNow();
        throw rethrow(e.getCause());
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted during a transfer");
      }
    }
  }

  /// Runs `work` so that interrupting the caller stops it. It runs in a virtual thread, because only a
  /// virtual thread's interrupt ends a blocking socket read.
  ///
  /// @throws InterruptedIOException when interrupted; the thread's interrupt status stays set
  static <T> T interruptibly(Callable<T> work) throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        return threads.submit(work).get();
      } catch (ExecutionException e) {
        throw rethrow(e.getCause());
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted during a request");
      }
    }
  }

  private static IOException rethrow(@Nullable Throwable problem) {
    return switch (problem) {
      case IOException io -> io;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      case null, default -> new IOException(problem);
    };
  }
}
