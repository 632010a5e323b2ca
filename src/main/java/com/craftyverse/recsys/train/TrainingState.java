package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A training run between two epochs. It holds the factors as they are now, those of the best epoch,
/// and, where they are not the best, those of the last good one, to go back to.
final class TrainingState {
  /// Floats that are looked at or copied in one piece of work.
  private static final int SLICE = 1 << 18;

  private final Factors factors;
  private final Factors best;
  private final List<Epoch> history = new ArrayList<>();

  /// Factors of the last good epoch, unless `best` are these; made when first needed.
  private @Nullable Factors spare;

  private boolean isBest;
  private int cuts;

  /// A run before its first epoch.
  ///
  /// @param factors to begin with
  /// @param same an equal copy
  TrainingState(Factors factors, Factors same) {
    this(factors, same, true, List.of(), 0);
  }

  /// A run that goes on.
  ///
  /// @param factors after the last epoch
  /// @param best of the best epoch
  /// @param isBest whether that was the last one
  /// @param history an entry for each epoch that was run
  /// @param cuts how often the learning rate was cut
  TrainingState(Factors factors, Factors best, boolean isBest, List<Epoch> history, int cuts) {
    this.factors = factors;
    this.best = best;
    this.isBest = isBest;
    this.spare = isBest ? null : factors.copy();
    this.history.addAll(history);
    this.cuts = cuts;
  }

  /// The factors as they are now; training changes them in place.
  Factors factors() {
    return factors;
  }

  /// Those of the best epoch.
  Factors best() {
    return best;
  }

  /// Whether the last epoch is the best one.
  boolean isBest() {
    return isBest;
  }

  List<Epoch> history() {
    return history;
  }

  /// How often the learning rate was cut.
  int cuts() {
    return cuts;
  }

  /// What is needed of a run that is done: the factors of the best epoch, not copied.
  TrainingState done() {
    return new TrainingState(best, best, true, history, cuts);
  }

  /// Puts the factors down as those of a good epoch.
  ///
  /// @param better whether they are the best so far
  void accept(Epoch epoch, boolean better, WorkerPool workers) throws IOException {
    Factors kept = better ? best : spare;
    if (kept == null) {
      spare = factors.copy();
    } else {
      copy(factors, kept, workers);
    }
    isBest = better;
    history.add(epoch);
  }

  /// Goes back to the last good epoch, and notes that the learning rate is cut.
  void revert(WorkerPool workers) throws IOException {
    copy(isBest || spare == null ? best : spare, factors, workers);
    cuts++;
  }

  /// Whether all factors are numbers.
  boolean isFinite(WorkerPool workers) throws IOException {
    return isFinite(factors.users(), workers) && isFinite(factors.items(), workers);
  }

  private static boolean isFinite(float[] values, WorkerPool workers) throws IOException {
    AtomicBoolean finite = new AtomicBoolean(true);
    workers.run(
        slices(values),
        (slice, worker) -> {
          if (!isFinite(values, slice * SLICE, end(values, slice))) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  /// Whether floats are numbers: times 0, an infinite one gives NaN.
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
        (slice, worker) -> {
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
