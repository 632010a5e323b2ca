package com.craftyverse.recsys.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/// Permits for the threads that work beside the one that inflates an upload.
///
/// The inflating thread sets the pace, so it must never wait for a core; when all threads compete for two
/// cores, it waits a tenth of the time. Each other thread therefore holds a permit while it works. There is
/// one permit fewer than there are cores, and a thread often yields its permit to those that wait.
final class CpuPermits {
  private final Semaphore free;

  /// @param count how many may work at once, at least one
  CpuPermits(int count) {
    free = new Semaphore(count, true);
  }

  /// Waits for a permit, in the order of arrival.
  void acquire() {
    free.acquireUninterruptibly();
  }

  /// Returns a permit.
  void release() {
    free.release();
  }

  /// Wraps a stream so that each read first yields the permit to threads that wait for one.
  InputStream yielding(InputStream input) {
    return new FilterInputStream(input) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (free.hasQueuedThreads()) {
          release();
          acquire();
        }
        return super.read(buffer, offset, length);
      }
    };
  }
}
