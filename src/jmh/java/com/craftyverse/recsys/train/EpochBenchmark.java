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
import java.util.Locale;
import java.util.function.DoubleSupplier;

/// Measures an epoch on two threads and compares it with its bounds: the same kernel with all rows in cache,
/// the best plain loops for the same work, a racy run without rounds, and one thread.
///
/// ```
/// EpochBenchmark STORE INDEX-MANIFEST [rounds]
/// ```
///
/// Each round runs every variant once, one after the other, so that all see the same machine. The benchmark
/// compares minima. The first round is warm-up.
public final class EpochBenchmark {
  private static final int THREADS = 2;

  private EpochBenchmark() {}

  /// @param args a directory with a store, the key of an index's manifest in it, rounds (7)
  public static void main(String[] args) throws IOException {
    String directory = ObjectKeys.directoryOf(args[1]);
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 7;
    try (LocalObjectStore store = new LocalObjectStore(Path.of(args[0]));
        FetchedObject train = store.fetch(directory + StoreLayout.TRAIN);
        FetchedObject validation = store.fetch(directory + StoreLayout.VALIDATION);
        ArrowFile trainFile = ArrowFile.open(train.path(), StoreLayout.TRAIN);
        ArrowFile validationFile = ArrowFile.open(validation.path(), StoreLayout.VALIDATION)) {
      TrainingSet training = new TrainingSet(trainFile);
      new Bench(
              training,
              new ValidationSet(validationFile, training.users(), training.items()),
              rounds)
          .run();
    }
  }

  /// A variant of an epoch's work.
  private static final class Variant {
    final String name;
    final DoubleSupplier seconds;
    double minSeconds = Double.POSITIVE_INFINITY;

    /// @param seconds runs it once and returns its duration
    Variant(String name, DoubleSupplier seconds) {
      this.name = name;
      this.seconds = seconds;
    }
  }

  private static final class Bench {
    private final TrainingSet training;
    private final ValidationSet validation;
    private final int rounds;
    private final TrainParameters parameters;
    private final Factors initial;
    private final Factors factors;

    Bench(TrainingSet training, ValidationSet validation, int rounds) {
      this.training = training;
      this.validation = validation;
      this.rounds = rounds;
      this.parameters = TrainParameters.of(TrainRequest.of("benchmark"), training.rows());
      this.initial =
          Factors.initial(
              new RowLayout(parameters.factors()),
              training.users(),
              training.items(),
              0,
              parameters.initialSpread(),
              1,
              parameters.seed());
      this.factors = initial.copy();
    }

    void run() throws IOException {
      Kernel kernel = Kernels.fastest().kernel();
      System.out.printf(
          Locale.ROOT,
          "%,d ratings, %,d users, %,d items, k = %d, %s; seconds an epoch%n",
          training.rows(),
          training.users(),
          training.items(),
          parameters.factors(),
          Kernels.fastest());
      InCache inCache = new InCache(training, parameters, kernel);
      PlainLoops plain = new PlainLoops(training, parameters);
      try (WorkerPool two = new WorkerPool("train", "epochs", THREADS);
          WorkerPool one = new WorkerPool("train", "epochs", 1)) {
        Variant epoch = new Variant("epoch, 2 threads", () -> epoch(kernel, two));
        Variant single = new Variant("epoch, 1 thread", () -> epoch(kernel, one));
        Variant cached = new Variant("rows in cache, 2 threads", () -> inCache.seconds(two));
        Variant scalar =
            new Variant("scalar kernel, 2 threads", () -> epoch(Kernels.scalar(), two));
        Variant loops = new Variant("plain loops, 2 threads", () -> plain.seconds(two));
        Variant racy = new Variant("racy, 2 threads", () -> inCache.racySeconds(two));
        Variant spinOne = new Variant("a spin loop alone", () -> Spin.seconds(one, 1));
        Variant spinTwo = new Variant("two spin loops", () -> Spin.seconds(two, THREADS));
        Variant[] variants = {epoch, single, cached, scalar, loops, racy, spinOne, spinTwo};
        for (int round = 0; round <= rounds; round++) {
          for (Variant variant : variants) {
            double seconds = variant.seconds.getAsDouble();
            variant.minSeconds =
                round == 0 ? variant.minSeconds : Math.min(variant.minSeconds, seconds);
          }
        }
        for (Variant variant : variants) {
          System.out.printf(
              Locale.ROOT,
              "  %-26s %.3f s, %.1f ns per update%n",
              variant.name,
              variant.minSeconds,
              variant.minSeconds / training.rows() * 1e9);
        }
        ratio("epoch / rows in cache (at most 2.2)", epoch.minSeconds / cached.minSeconds);
        ratio("plain loops / epoch (at least 3)", loops.minSeconds / epoch.minSeconds);
        ratio("epoch / racy: what determinism costs", epoch.minSeconds / racy.minSeconds);
        ratio("one thread / two", single.minSeconds / epoch.minSeconds);
        ratio("the same for spin loops", 2 * spinOne.minSeconds / spinTwo.minSeconds);
      }
    }

    private static void ratio(String name, double ratio) {
      System.out.printf(Locale.ROOT, "  %-38s %.2f%n", name, ratio);
    }

    /// Runs the first epoch of a new run; its preparation is not measured.
    private double epoch(Kernel kernel, WorkerPool workers) {
      // Reuses memory, because allocating new matrices each time would trigger the garbage
      // collector.
      System.arraycopy(initial.users(), 0, factors.users(), 0, initial.users().length);
      System.arraycopy(initial.items(), 0, factors.items(), 0, initial.items().length);
      SgdEpoch sgd =
          new SgdEpoch(training, validation, parameters, RatingScale.STARS, kernel, workers);
      try {
        long start = System.nanoTime();
        double rmse = sgd.train(factors, 1, parameters.learningRate());
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!(rmse < 2 * training.standardDeviation())) {
          throw new IllegalStateException("the epoch learned nothing: RMSE " + rmse);
        }
        return seconds;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// Work without memory access, to measure the value of the machine's second processor.
  private static final class Spin {
    private static final int STEPS = 300_000_000;
    private static volatile double sink;

    static double seconds(WorkerPool workers, int loops) {
      long start = System.nanoTime();
      try {
        workers.run(
            loops,
            (loop, worker) -> {
              double x = loop;
              for (int i = 0; i < STEPS; i++) {
                x = x * 0.999_999 + 1;
              }
              sink = x;
            });
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
