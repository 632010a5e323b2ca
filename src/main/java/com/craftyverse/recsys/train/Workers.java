package com.craftyverse.recsys.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Threads that share out tasks among themselves. Used by one thread, the one that made them.
final class Workers implements AutoCloseable {
  /// A piece of work.
  @FunctionalInterface
  interface Task {
    /// Does task number `task` on worker number `worker`; is not begun when the work was stopped.
    void run(int task, int worker) throws InterruptedIOException;
  }

  private final String what;
  private final int threads;
  private final ExecutorService executor;
  private volatile boolean stopping;

  /// @param what the work, for thread names and the error when it is stopped
  Workers(String what, int threads) {
    this.what = what;
    this.threads = threads;
    ThreadFactory factory = Thread.ofPlatform().daemon().name("train-", 1).factory();
    this.executor = Executors.newFixedThreadPool(threads, factory);
  }

  int threads() {
    return threads;
  }

  /// Whether the work shall stop; tasks that take long ask.
  ///
  /// @throws InterruptedIOException when it shall
  void checkStopped() throws InterruptedIOException {
    if (stopping) {
      throw new InterruptedIOException(what + " was stopped");
    }
  }

  /// Runs tasks 0 … `tasks` − 1, each on the first worker that is free, and waits for all of them.
  ///
  /// @throws InterruptedIOException when the calling thread is interrupted; no task runs any more
  ///     then
  void run(int tasks, Task task) throws IOException {
    AtomicInteger next = new AtomicInteger();
    List<Callable<Void>> loops = new ArrayList<>();
    for (int worker = 0; worker < Math.min(threads, tasks); worker++) {
      int self = worker;
      loops.add(
          () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
              checkStopped();
              task.run(i, self);
            }
            return null;
          });
    }
    try {
      for (Future<Void> loop : executor.invokeAll(loops)) {
        loop.get();
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(what + " was stopped");
    } catch (ExecutionException e) {
      close();
      throw failure(e.getCause());
    }
  }

  private static IOException failure(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException problem -> problem;
      case RuntimeException problem -> throw problem;
      case Error problem -> throw problem;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /// Stops the threads and waits until they are gone.
  @Override
  public void close() {
    stopping = true;
    executor.shutdown();
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          if (executor.awaitTermination(1, TimeUnit.DAYS)) {
            break;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
