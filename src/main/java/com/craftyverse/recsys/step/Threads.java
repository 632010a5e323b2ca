package com.craftyverse.recsys.step;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// What work on several threads has in common.
public final class Threads {
  private Threads() {}

  /// Waits for a thread to end, even if this one is interrupted meanwhile.
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// The result of a task that another thread does.
  ///
  /// @param what the work, for the error if this thread is interrupted
  public static <T extends @Nullable Object> T await(FutureTask<T> task, String what)
      throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw stopped(what);
    } catch (ExecutionException e) {
      throw rethrow(e);
    }
  }

  /// What went wrong in another thread, thrown in this one.
  public static IOException rethrow(ExecutionException e) throws IOException {
    switch (e.getCause()) {
      case IOException cause -> throw cause;
      case RuntimeException cause -> throw cause;
      case Error cause -> throw cause;
      case null, default -> throw new IOException(e.getCause());
    }
  }

  /// The error of work that was interrupted.
  public static InterruptedIOException stopped(String what) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(what + " was stopped");
  }
}
