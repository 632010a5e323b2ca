package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TurnsTest {
  private static final int BYTES = 20_000;

  /// With one turn, no two work at the same time, and who reads a long stream does not keep it.
  @Test
  @Timeout(60)
  void oneTurn_goesRound() throws Exception {
    Turns turns = new Turns(1);
    AtomicInteger atWork = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    int workers = 3;
    Callable<Boolean> work =
        () -> {
          turns.take();
          boolean metAll = false;
          try (InputStream input =
              turns.passing(
                  new ByteArrayInputStream(new byte[BYTES]) {
                    @Override
                    public synchronized int read(byte[] buffer, int offset, int length) {
                      most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                      int read = super.read(buffer, offset, 1);
                      atWork.decrementAndGet();
                      return read;
                    }
                  })) {
            begun.incrementAndGet();
            while (input.read(new byte[1]) >= 0) {
              metAll |= begun.get() == workers;
            }
          } finally {
            turns.give();
          }
          return metAll;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<Future<Boolean>> done =
          IntStream.range(0, workers).mapToObj(i -> threads.submit(work)).toList();
      for (Future<Boolean> each : done) {
        assertThat(each.get(60, TimeUnit.SECONDS)).as("the others began before it ended").isTrue();
      }
    }
    assertThat(most).hasValue(1);
  }

  /// Who waits for bytes gives the turn to others meanwhile.
  @Test
  @Timeout(60)
  void readAhead_givesItsTurnWhileItWaits() throws IOException {
    Turns turns = new Turns(1);
    turns.take();
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
                // Comes to an end only when its reader has let go.
                turns.take();
                turns.give();
                return left-- > 0 ? 7 : -1;
              }
            },
            turns)) {
      assertThat(slow.readAllBytes()).containsExactly(7, 7, 7);
    }
    turns.give();
  }
}
