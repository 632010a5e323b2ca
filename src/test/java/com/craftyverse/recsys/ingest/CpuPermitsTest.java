package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CpuPermitsTest {
  /// With one permit, no two threads work at the same time, and a thread that reads an endless stream yields
  /// it.
  @Test
  @Timeout(60)
  void onePermit_isSharedByAllThreads() throws Exception {
    CpuPermits permits = new CpuPermits(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger maxRunning = new AtomicInteger();
    AtomicInteger started = new AtomicInteger();
    int workers = 3;
    InputStream endless =
        permits.yielding(
            new InputStream() {
              @Override
              public int read() {
                return 0;
              }

              @Override
              public int read(byte[] buffer, int offset, int length) {
                maxRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                running.decrementAndGet();
                return length;
              }
            });
    Callable<Integer> work =
        () -> {
          permits.acquire();
          started.incrementAndGet();
          int reads = 0;
          while (started.get() < workers || reads < 1_000) {
            reads += endless.read(new byte[1]);
          }
          permits.release();
          return reads;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      for (Future<Integer> done : threads.invokeAll(Collections.nCopies(workers, work))) {
        assertThat(done.get()).isGreaterThanOrEqualTo(1_000);
      }
    }
    assertThat(maxRunning).hasValue(1);
  }

  /// A thread that waits for bytes yields its permit meanwhile.
  @Test
  @Timeout(60)
  void readAhead_yieldsItsPermitWhileItWaits() throws IOException {
    CpuPermits permits = new CpuPermits(1);
    permits.acquire();
    try (InputStream slow =
        new ReadAheadInputStream(
            new InputStream() {
              private int left = 3;

              @Override
              public int read(byte[] buffer, int offset, int length) {
                int next = read();
                buffer[offset] = (byte) next;
                return Math.min(next, 1);
              }

              @Override
              public int read() {
                // Ends only after its reader has released the permit.
                permits.acquire();
                permits.release();
                return left-- > 0 ? 7 : -1;
              }
            },
            permits)) {
      assertThat(slow.readAllBytes()).containsExactly(7, 7, 7);
    }
    permits.release();
  }
}
