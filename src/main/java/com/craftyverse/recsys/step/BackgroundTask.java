package com.craftyverse.recsys.step;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// A task that runs on a thread of its own; whoever waits for it gets its result, or its failure as it was thrown.
///
/// @param <T> the result
public final class BackgroundTask<T extends @Nullable Object> {
  private final FutureTask<T> task;
  private final Thread thread;

  private BackgroundTask(FutureTask<T> task, Thread thread) {
    this.task = task;
    this.thread = thread;
  }

  /// Starts a task on a new daemon thread.
  ///
  /// @param name of the thread
  public static <T extends @Nullable Object> BackgroundTask<T> start(
      String name, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    return new BackgroundTask<>(task, Thread.ofPlatform().daemon().name(name).start(task));
  }

  /// Runs tasks at the same time: the first on the calling thread, each of the others on a thread of its own.
  ///
  /// @param name of the threads
  /// @param what the work, for the error if the calling thread is interrupted
  /// @return the results, in the order of the tasks
  /// @throws IOException if a task throws one; all tasks have ended then
  public static <T extends @Nullable Object> List<T> runAll(
      String name, String what, List<Callable<T>> tasks) throws IOException {
    List<BackgroundTask<T>> others = new ArrayList<>();
    for (Callable<T> task : tasks.subList(Math.min(1, tasks.size()), tasks.size())) {
      others.add(start(name, task));
    }
    boolean done = false;
    try {
      List<T> results = new ArrayList<>();
      if (!tasks.isEmpty()) {
        FutureTask<T> first = new FutureTask<>(tasks.getFirst());
        first.run();
        results.add(result(first, what));
      }
      for (BackgroundTask<T> other : others) {
        results.add(other.await(what));
      }
      done = true;
      return results;
    } finally {
      if (!done) {
        others.forEach(BackgroundTask::stop);
      }
    }
  }

  /// Waits for the result.
  ///
  /// @param what the work, for the error if the calling thread is interrupted
  /// @throws java.io.InterruptedIOException if the calling thread is interrupted; the task goes on
  /// @throws IOException if the task throws one; its runtime exceptions and errors are thrown as they are
  public T await(String what) throws IOException {
    return result(task, what);
  }

  private static <T extends @Nullable Object> T result(FutureTask<T> task, String what)
      throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw Threads.interrupted(what);
    } catch (ExecutionException e) {
      throw Threads.rethrow(e);
    }
  }

  /// Interrupts the task and waits until it has ended.
  public void stop() {
    thread.interrupt();
    Threads.join(thread);
  }

  /// Waits until the task has ended, whatever its result.
  public void join() {
    Threads.join(thread);
  }
}
