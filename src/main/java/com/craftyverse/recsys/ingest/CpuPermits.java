package com.craftyverse.recsys.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/// Permits for the threads that run alongside the one that inflates an upload.
///
/// Inflating is the bottleneck, so its thread must never wait for a core. When all threads compete for two
/// cores, it waits a tenth of the time. Each other thread therefore holds a permit while it works. There is
/// one permit fewer than there are cores, and a thread often yields its permit to waiting ones.
final class CpuPermits {
  private final Semaphore free;

  /// @param count the number of threads that may work at once, at least one
  CpuPermits(int count) {
    free = new Semaphore(count, true);
  }

  /// Waits for a permit. Waiting threads are served in order of arrival.
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
