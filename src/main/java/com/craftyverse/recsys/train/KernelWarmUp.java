package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.LearningRates;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.step.Threads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Has the kernel compiled while a run still reads its files: a thread that learns from ratings of no
/// meaning until it is closed. Vector code that is not compiled yet is slower than plain loops by
/// orders of magnitude, and would make the first epoch take as long as five others.
final class KernelWarmUp implements AutoCloseable {
  private static final int ITEMS = 64;
  private static final int RATINGS = 4_096;

  /// Runs of 1, 2, … ratings, so that batches of all sizes come up.
  private static final int LONGEST_RUN = 24;

  /// More than any compiler waits for.
  private static final int MOST_RUNS = 200_000;

  private final Thread thread;
  private volatile boolean closed;

  /// @param layout of the rows of the run
  KernelWarmUp(Kernel kernel, RowLayout layout) {
    this.thread =
        Thread.ofPlatform().daemon().name("train-warm-up").start(() -> run(kernel, layout));
  }

  private void run(Kernel kernel, RowLayout layout) {
    Factors factors = Factors.initial(layout, 1, ITEMS, 0, 0.25, 1);
    LearningRates.Rate rate = new LearningRates.Rate(0.01f, 0.01f);
    LearningRates rates = new LearningRates(layout, 3, rate, rate, rate, rate);
    Scratch scratch = new Scratch(layout);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment item = arena.allocate(ValueLayout.JAVA_INT, RATINGS);
      MemorySegment rating = arena.allocate(ValueLayout.JAVA_FLOAT, RATINGS);
      for (int i = 0; i < RATINGS; i++) {
        item.setAtIndex(ValueLayout.JAVA_INT, i, i % ITEMS);
        rating.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 + i % 3);
      }
      for (int run = 0; run < MOST_RUNS && !closed; run++) {
        kernel.update(
            rates,
            scratch,
            factors.users(),
            0,
            factors.items(),
            item,
            rating,
            run % (RATINGS - LONGEST_RUN),
            1 + run % LONGEST_RUN);
      }
    }
  }

  /// Ends it, within a batch.
  @Override
  public void close() {
    closed = true;
    Threads.join(thread);
  }
}
