package com.craftyverse.recsys.step;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;

/// Helpers for work on several threads.
public final class Threads {
  private Threads() {}

  /// Waits for a thread to end, even if the calling thread is interrupted.
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

  /// Rethrows the failure of another thread.
  public static IOException rethrow(ExecutionException e) throws IOException {
    switch (e.getCause()) {
      case IOException cause -> throw cause;
      case RuntimeException cause -> throw cause;
      case Error cause -> throw cause;
      case null, default -> throw new IOException(e.getCause());
    }
  }

  /// Returns the exception for interrupted work, and keeps the thread interrupted.
  public static InterruptedIOException interrupted(String label) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(label + " was stopped");
  }
}
