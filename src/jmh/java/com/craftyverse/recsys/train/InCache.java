package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.kernel.UpdateCoefficients;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The kernel's part of an epoch: the same ratings in the same runs of one user each, but without
/// rounds, and optionally with so few users and items that all rows stay in cache.
final class InCache {
  /// Rows of 256 bytes at k = 50: 16 KB and 4 KB per thread, which fit any L1 cache next to the
  /// ratings.
  private static final int ITEMS = 64;

  private static final int USERS = 16;

  private final TrainingSet training;
  private final Kernel kernel;
  private final RowLayout layout;
  private final UpdateCoefficients rates;
  private final MemorySegment[] fewItems;
  private final Factors all;

  InCache(TrainingSet training, TrainParameters parameters, Kernel kernel) {
    this.training = training;
    this.kernel = kernel;
    this.layout = new RowLayout(parameters.factors());
    UpdateCoefficients.Rate rate =
        new UpdateCoefficients.Rate(
            (float) parameters.learningRate(), (float) parameters.userRegularization());
    this.rates = new UpdateCoefficients(layout, (float) training.mean(), rate, rate, rate, rate);
    this.fewItems = fewItems(training);
    this.all = rows(training.users(), training.items());
  }

  private Factors rows(int users, int items) {
    return Factors.initial(layout, users, items, 0, 0.25, 1, 1);
  }

  private static MemorySegment[] fewItems(TrainingSet training) {
    int side = training.side();
    MemorySegment[] columns = new MemorySegment[side * side];
    for (int block = 0; block < columns.length; block++) {
      TrainingSet.Block real = training.block(block / side, block % side);
      MemorySegment column = Arena.ofAuto().allocate((long) real.rows() * Integer.BYTES, 64);
      for (int row = 0; row < real.rows(); row++) {
        int item = real.item().get(row);
        column.setAtIndex(Buffers.INT32, row, item % ITEMS);
      }
      columns[block] = column;
    }
    return columns;
  }

  /// Runs with all rows in cache; each task has a few of its own.
  double seconds(WorkerPool workers) {
    Factors[] rows = new Factors[workers.threads()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = rows(USERS, ITEMS);
    }
    return seconds(workers, rows, USERS, fewItems);
  }

  /// Runs on all rows of the model, changed by all threads at once; results differ from run to run.
  double racySeconds(WorkerPool workers) {
    Factors[] rows = new Factors[workers.threads()];
    java.util.Arrays.fill(rows, all);
    return seconds(workers, rows, training.users(), null);
  }

  private double seconds(
      WorkerPool workers,
      Factors[] rows,
      int users,
      MemorySegment @org.jspecify.annotations.Nullable [] items) {
    Scratch[] scratches = new Scratch[workers.threads()];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch(layout);
    }
    int side = training.side();
    long start = System.nanoTime();
    try {
      workers.run(
          side * side,
          (block, worker) -> {
            TrainingSet.Block real = training.block(block / side, block % side);
            train(
                real,
                items == null ? real.item().data() : items[block],
                users,
                rows[worker],
                scratches[worker]);
          });
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void train(
      TrainingSet.Block block, MemorySegment items, int users, Factors rows, Scratch scratch) {
    int stride = layout.stride();
    for (int run = 0; run < block.users().length; run++) {
      int start = block.starts()[run];
      kernel.update(
          rates,
          scratch,
          rows.users(),
          block.users()[run] % users * stride,
          rows.items(),
          items,
          block.rating().data(),
          start,
          block.starts()[run + 1] - start);
    }
  }
}
