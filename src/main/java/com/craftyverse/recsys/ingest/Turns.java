package com.craftyverse.recsys.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/// Turns of the threads that work beside the one that inflates.
///
/// All of an upload waits for that one, so it must never lack a core; and where all of them compete for
/// two cores, it lacks one for a tenth of the time. So the others hold a turn while they work, of which
/// there is one fewer than there are cores, and often let one another go first.
final class Turns {
  private final Semaphore free;

  /// @param count how many may work at once, at least one
  Turns(int count) {
    free = new Semaphore(count, true);
  }

  /// Waits for a turn, behind all who have waited longer.
  void take() {
    free.acquireUninterruptibly();
  }

  /// Ends the turn.
  void give() {
    free.release();
  }

  /// A stream that lets others go first at each read.
  InputStream passing(InputStream input) {
    return new FilterInputStream(input) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (free.hasQueuedThreads()) {
          give();
          take();
        }
        return super.read(buffer, offset, length);
      }
    };
  }
}
