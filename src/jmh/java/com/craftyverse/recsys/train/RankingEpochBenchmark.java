package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Measures an epoch of the ranking model with 64 and 128 factors, on two threads and on one, and compares it
/// with the kernel's multiply-add rate in the same process when all data is in the L1 cache.
///
/// ```
/// RankingEpochBenchmark STORE INDEX-MANIFEST [rounds]
/// ```
///
/// Each round runs every variant once, one after the other; the benchmark prints minima. The first round is
/// warm-up. The multiply-adds of an epoch are those of three passes over the choices for each side (residual,
/// gradient, step), of the Gram matrices and of the rotations.
public final class RankingEpochBenchmark {
  private static final int THREADS = 2;
  private static final double LAMBDA = 0.01;
  private static final double ALPHA0 = 0.2;

  private RankingEpochBenchmark() {}

  /// @param args a directory with a store, the key of an index's manifest in it, rounds (4)
  public static void main(String[] args) throws IOException {
    String directory = ObjectKeys.directoryOf(args[1]);
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 4;
    try (LocalObjectStore store = new LocalObjectStore(Path.of(args[0]));
        FetchedObject train = store.fetch(directory + StoreLayout.TRAIN);
        ArrowFile file = ArrowFile.open(train.path(), StoreLayout.TRAIN);
        WorkerPool two = new WorkerPool("train", "epochs", THREADS);
        WorkerPool one = new WorkerPool("train", "epochs", 1)) {
      long start = System.nanoTime();
      TrainingSet training = new TrainingSet(file);
      double opened = (System.nanoTime() - start) / 1e9;
      Choices choices = Choices.of(training, RatingScale.STARS, two);
      System.out.printf(
          Locale.ROOT,
          "%,d choices of %,d users and %,d items, %s; columns checked in %.2f s, choices by rows"
              + " in %.2f s%n",
          choices.size(),
          choices.users().length,
          choices.items().length,
          Kernels.fastest(),
          opened,
          (System.nanoTime() - start) / 1e9 - opened);
      for (int factors : new int[] {64, 128}) {
        run(choices, factors, rounds, one, two);
      }
    }
  }

  private static void run(Choices choices, int factors, int rounds, WorkerPool one, WorkerPool two)
      throws IOException {
    Kernel kernel = Kernels.fastest().kernel();
    double peak = 0;
    double withTwo = Double.POSITIVE_INFINITY;
    double withOne = Double.POSITIVE_INFINITY;
    RankingFactors vectors =
        RankingFactors.initial(factors, choices.users().length, choices.items(), 42);
    RankingSolver both = new RankingSolver(choices, factors, 1, kernel, two);
    RankingSolver single = new RankingSolver(choices, factors, 1, kernel, one);
    for (int round = 0; round <= rounds; round++) {
      double multiplyAdds = peak(kernel, two);
      double secondSeconds = seconds(both, vectors);
      double firstSeconds = seconds(single, vectors);
      if (round > 0) {
        peak = Math.max(peak, multiplyAdds);
        withTwo = Math.min(withTwo, secondSeconds);
        withOne = Math.min(withOne, firstSeconds);
      }
    }
    double rows = choices.users().length + (double) choices.items().length;
    double work =
        6.0 * choices.size() * factors
            + rows * factors * factors / 2
            + 2 * rows * factors * factors;
    System.out.printf(
        Locale.ROOT,
        "k = %d: %.2f s per epoch on two threads, %.2f s on one (%.2f x), %.1f G multiply-adds/s,"
            + " compared with %.1f for the kernel's Gram tiles in cache (%.0f %%)%n",
        factors,
        withTwo,
        withOne,
        withOne / withTwo,
        work / withTwo / 1e9,
        peak / 1e9,
        100 * work / withTwo / peak);
  }

  private static double seconds(RankingSolver solver, RankingFactors vectors) throws IOException {
    long start = System.nanoTime();
    double objective = solver.epoch(vectors, LAMBDA, ALPHA0);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!(objective > 0)) {
      throw new IllegalStateException("the epoch learned nothing: objective " + objective);
    }
    return seconds;
  }

  /// Returns the multiply-adds per second of all threads, for Gram matrices of 64 rows that stay in cache.
  private static double peak(Kernel kernel, WorkerPool workers) throws IOException {
    int factors = 64;
    int stride = RowLayout.padded(factors);
    int times = 4_000;
    float[][] rows = new float[THREADS][Kernel.BLOCK_ROWS * stride];
    float[][] grams = new float[THREADS][stride * stride];
    Arrays.stream(rows).forEach(values -> Arrays.fill(values, 0.01f));
    long start = System.nanoTime();
    workers.run(
        THREADS,
        (task, worker) -> {
          for (int i = 0; i < times; i++) {
            kernel.gram(rows[task], stride, 0, Kernel.BLOCK_ROWS, grams[task]);
          }
        });
    // Tiles of 4 x 16 from the diagonal on.
    double each = Kernel.BLOCK_ROWS * (factors / 4.0) * 64 * (factors / 16 + 1) / 2;
    return THREADS * times * each / ((System.nanoTime() - start) / 1e9);
  }
}
