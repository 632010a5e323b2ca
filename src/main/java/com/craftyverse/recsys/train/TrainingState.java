package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The state of a training run between two epochs. It holds the current factors, those of the best epoch,
/// and, if they differ from the best, those of the last good epoch for recovery from divergence.
final class TrainingState {
  /// Floats that one task checks or copies.
  private static final int SLICE = 1 << 18;

  private final Factors factors;
  private final Factors best;
  private final List<Epoch> history = new ArrayList<>();

  /// Factors of the last good epoch, unless these are `best`; allocated when first needed.
  private @Nullable Factors lastGood;

  private boolean isBest;
  private int cuts;

  /// Creates a run before its first epoch.
  ///
  /// @param factors initial factors
  /// @param equalCopy an equal copy
  TrainingState(Factors factors, Factors equalCopy) {
    this(factors, equalCopy, true, List.of(), 0);
  }

  /// Creates a run that continues.
  ///
  /// @param factors after the last epoch
  /// @param best of the best epoch
  /// @param isBest whether that is the last epoch
  /// @param history an entry for each epoch run
  /// @param cuts number of learning rate cuts
  TrainingState(Factors factors, Factors best, boolean isBest, List<Epoch> history, int cuts) {
    this.factors = factors;
    this.best = best;
    this.isBest = isBest;
    this.lastGood = isBest ? null : factors.copy();
    this.history.addAll(history);
    this.cuts = cuts;
  }

  /// Returns the current factors; training changes them in place.
  Factors factors() {
    return factors;
  }

  /// Returns the factors of the best epoch.
  Factors best() {
    return best;
  }

  /// Returns whether the last epoch is the best one.
  boolean isBest() {
    return isBest;
  }

  List<Epoch> history() {
    return history;
  }

  /// Returns the number of learning rate cuts.
  int cuts() {
    return cuts;
  }

  /// Returns the state of a finished run: the factors of the best epoch, not copied.
  TrainingState finished() {
    return new TrainingState(best, best, true, history, cuts);
  }

  /// Accepts the current factors as those of a good epoch.
  ///
  /// @param better whether they are the best so far
  void accept(Epoch epoch, boolean better, WorkerPool workers) throws IOException {
    Factors kept = better ? best : lastGood;
    if (kept == null) {
      lastGood = factors.copy();
    } else {
      copy(factors, kept, workers);
    }
    isBest = better;
    history.add(epoch);
  }

  /// Restores the last good epoch, and counts a learning rate cut.
  void revert(WorkerPool workers) throws IOException {
    copy(isBest || lastGood == null ? best : lastGood, factors, workers);
    cuts++;
  }

  /// Returns whether all factors are finite.
  boolean isFinite(WorkerPool workers) throws IOException {
    return isFinite(factors.users(), workers) && isFinite(factors.items(), workers);
  }

  private static boolean isFinite(float[] values, WorkerPool workers) throws IOException {
    AtomicBoolean finite = new AtomicBoolean(true);
    workers.run(
        slices(values),
        (slice, _) -> {
          if (!isFinite(values, slice * SLICE, end(values, slice))) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  /// Returns whether floats are finite: infinity or NaN times 0 is NaN.
  private static boolean isFinite(float[] values, int from, int to) {
    float zero = 0;
    float zero1 = 0;
    float zero2 = 0;
    float zero3 = 0;
    int i = from;
    for (; i < to - 3; i += 4) {
      zero += values[i] * 0;
      zero1 += values[i + 1] * 0;
      zero2 += values[i + 2] * 0;
      zero3 += values[i + 3] * 0;
    }
    for (; i < to; i++) {
      zero += values[i] * 0;
    }
    return zero + zero1 + zero2 + zero3 == 0;
  }

  private static void copy(Factors from, Factors to, WorkerPool workers) throws IOException {
    copy(from.users(), to.users(), workers);
    copy(from.items(), to.items(), workers);
  }

  private static void copy(float[] from, float[] to, WorkerPool workers) throws IOException {
    workers.run(
        slices(from),
        (slice, _) -> {
          int start = slice * SLICE;
          System.arraycopy(from, start, to, start, end(from, slice) - start);
        });
  }

  private static int slices(float[] values) {
    return Math.ceilDiv(values.length, SLICE);
  }

  private static int end(float[] values, int slice) {
    return (int) Math.min(values.length, (slice + 1L) * SLICE);
  }
}
