package com.craftyverse.recsys.step;

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

/// A fixed set of threads that run numbered tasks. Only one thread may own a pool and submit to it.
public final class WorkerPool implements AutoCloseable {
  /// A numbered task.
  @FunctionalInterface
  public interface Task {
    /// Runs task number `task` on worker number `worker`. No task starts after the pool is stopped.
    ///
    /// @throws IOException to end the run; [#run] rethrows it
    void run(int task, int worker) throws IOException;
  }

  private final String label;
  private final int threads;
  private final ExecutorService executor;
  private volatile boolean stopping;

  /// @param step prefix of the thread names
  /// @param label name of the work, for the error if it is stopped
  /// @param threads number of threads, at least 1
  public WorkerPool(String step, String label, int threads) {
    this.label = label;
    this.threads = threads;
    ThreadFactory factory = Thread.ofPlatform().daemon().name(step + "-", 1).factory();
    this.executor = Executors.newFixedThreadPool(threads, factory);
  }

  /// Returns the number of threads.
  public int threads() {
    return threads;
  }

  /// Checks in a long task whether the pool is stopped.
  ///
  /// @throws InterruptedIOException if it is
  public void checkStopped() throws InterruptedIOException {
    if (stopping) {
      throw new InterruptedIOException(label + " was stopped");
    }
  }

  /// Runs tasks 0 … `tasks` − 1, each on the first free worker, and waits for all of them.
  ///
  /// @throws InterruptedIOException if the calling thread is interrupted; by then all tasks have ended
  public void run(int tasks, Task task) throws IOException {
    AtomicInteger next = new AtomicInteger();
    List<Callable<Void>> loops = new ArrayList<>();
    for (int worker = 0; worker < Math.min(threads, tasks); worker++) {
      int index = worker;
      loops.add(
          () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
              checkStopped();
              task.run(i, index);
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
      throw Threads.interrupted(label);
    } catch (ExecutionException e) {
      close();
      throw Threads.rethrow(e);
    }
  }

  /// Stops the threads and waits for them to end.
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
