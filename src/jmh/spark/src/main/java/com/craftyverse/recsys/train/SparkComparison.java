package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.BLAS$;
import org.apache.spark.mllib.linalg.LAPACK$;

/// Compares an epoch of the ranking model with an iteration of Spark MLlib's implicit ALS of equal rank, on
/// the same choices and the same two cores, in one process.
///
/// ```
/// SparkComparison STORE INDEX-MANIFEST
///     [--ratings N] [--factors 64,128] [--rounds N] [--blocks N] [--steps N]
/// ```
///
/// A round trains the project's model for three epochs, then MLlib's for one iteration and for
/// three. The project's time is the mean of its second and third epoch. MLlib's time is half the difference
/// between three iterations and one, so that reading rows and building blocks do not count. Both sides warm
/// up before the rounds.
///
/// An epoch of the project moves each vector by one or more conjugate gradient steps; an iteration of
/// MLlib solves for each vector exactly. The benchmark prints both objectives, each as a fraction of its
/// value for a model of zeros.
public final class SparkComparison {
  private static final int THREADS = 2;
  private static final double LAMBDA = 0.01;
  private static final double ALPHA0 = 0.2;

  /// MLlib's default `regParam`.
  private static final double MLLIB_LAMBDA = 0.1;

  /// MLlib's `alpha`: the ratio of a choice's weight to that of a pair without a choice is as in the project.
  private static final double MLLIB_ALPHA = 1 / ALPHA0;

  private static final int EPOCHS = 3;
  private static final int WARM_UP_CHOICES = 200_000;

  /// Tolerance between the solver's objective, from sums in float, and one in double.
  private static final double TOLERANCE = 1e-3;

  /// The result of one side.
  ///
  /// @param seconds time per epoch or iteration
  /// @param first objective after one of them, relative to that of a model of zeros
  /// @param last objective after three
  private record Result(double seconds, double first, double last) {}

  private final Choices choices;
  private final WorkerPool workers;
  private final MllibAls mllib;
  private final int steps;

  /// @param steps conjugate gradient steps per row and epoch
  private SparkComparison(Choices choices, WorkerPool workers, MllibAls mllib, int steps) {
    this.choices = choices;
    this.workers = workers;
    this.mllib = mllib;
    this.steps = steps;
  }

  /// @param args a directory with a store, the key of an index's manifest in it, options
  public static void main(String[] args) throws IOException {
    if (args.length < 2 || args.length % 2 != 0) {
      System.out.println(
          "arguments: STORE INDEX-MANIFEST [--ratings N] [--factors 64,128] [--rounds N]"
              + " [--blocks N] [--steps N]");
      return;
    }
    int ratings = Integer.MAX_VALUE;
    int[] factors = {64, 128};
    int rounds = 2;
    int blocks = 10;
    int steps = RankingParameters.STEPS;
    for (int i = 2; i < args.length; i += 2) {
      switch (args[i]) {
        case "--ratings" -> ratings = Integer.parseInt(args[i + 1]);
        case "--factors" ->
            factors = Arrays.stream(args[i + 1].split(",")).mapToInt(Integer::parseInt).toArray();
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        case "--steps" -> steps = Integer.parseInt(args[i + 1]);
        case "--blocks" -> blocks = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    try (WorkerPool workers = new WorkerPool("train", "epochs", THREADS);
        MllibAls mllib = new MllibAls(THREADS, blocks, MLLIB_LAMBDA, MLLIB_ALPHA)) {
      Choices all = read(Path.of(args[0]), args[1], workers);
      SparkComparison comparison = new SparkComparison(first(all, ratings), workers, mllib, steps);
      comparison.describe(blocks);
      Choices few = first(all, WARM_UP_CHOICES);
      for (int k : factors) {
        mllib.fit(few, k, EPOCHS);
        comparison.compare(k, rounds);
      }
    }
  }

  private static Choices read(Path directory, String manifest, WorkerPool workers)
      throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(directory);
        FetchedObject train = store.fetch(ObjectKeys.directoryOf(manifest) + ObjectKeys.TRAIN);
        ArrowFile file = ArrowFile.open(train.path(), ObjectKeys.TRAIN)) {
      return Choices.of(new TrainingSet(file), RatingScale.STARS, workers);
    }
  }

  /// Returns the choices of the first users, by dense index, that together have `wanted` choices, and the
  /// items that they chose.
  private static Choices first(Choices all, int wanted) {
    if (wanted >= all.size()) {
      return all;
    }
    Choices.Rows rows = all.byUser();
    int[] userPlaces = Choices.places(all.users());
    int users = 0;
    int size = 0;
    while (size < wanted) {
      size += rows.count(userPlaces[users++]);
    }
    int[] user = new int[size];
    int[] item = new int[size];
    float[] weight = new float[size];
    int at = 0;
    for (int dense = 0; dense < users; dense++) {
      int place = userPlaces[dense];
      for (int from = rows.start()[place]; from < rows.start()[place + 1]; from++) {
        user[at] = dense;
        item[at] = rows.index()[from];
        weight[at] = rows.weight(from);
        at++;
      }
    }
    int[] chosen = Arrays.stream(item).distinct().sorted().toArray();
    int[] numbers = new int[all.items().length];
    IntStream.range(0, chosen.length).forEach(number -> numbers[chosen[number]] = number);
    Arrays.setAll(item, i -> numbers[item[i]]);
    return Choices.of(users, chosen.length, user, item, weight);
  }

  private void describe(int blocks) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%,d ratings of %,d users and %,d items; %d threads of %s, Java %s%n"
            + "project: %d step(s) per row, %s; MLlib %s: %d blocks, %s, %s%n",
        choices.size(),
        choices.users().length,
        choices.items().length,
        THREADS,
        processor(),
        Runtime.version(),
        steps,
        Kernels.fastest(),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        blocks,
        BLAS$.MODULE$.nativeBLAS().getClass().getSimpleName(),
        LAPACK$.MODULE$.nativeLAPACK().getClass().getSimpleName());
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.exists(info)) {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    }
    return System.getProperty("os.arch");
  }

  private void compare(int factors, int rounds) throws IOException {
    RankingSolver solver =
        new RankingSolver(choices, factors, steps, Kernels.fastest().kernel(), workers);
    project(solver, factors);
    List<Result> ours = new ArrayList<>();
    List<Result> theirs = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      ours.add(project(solver, factors));
      theirs.add(mllib(factors));
      System.out.printf(
          Locale.ROOT,
          "k = %d, round %d: project %s; MLlib %s; %.1f x%n",
          factors,
          round,
          text(ours.getLast()),
          text(theirs.getLast()),
          theirs.getLast().seconds / ours.getLast().seconds);
    }
    double epoch = ours.stream().mapToDouble(Result::seconds).min().orElseThrow();
    double iteration = theirs.stream().mapToDouble(Result::seconds).min().orElseThrow();
    System.out.printf(
        Locale.ROOT,
        "k = %d, minima: %.3f s per epoch, %.2f s per iteration of MLlib, %.1f x%n",
        factors,
        epoch,
        iteration,
        iteration / epoch);
  }

  private static String text(Result result) {
    return String.format(
        Locale.ROOT,
        "%.3f s, objective %.4f after 1 and %.4f after %d",
        result.seconds,
        result.first,
        result.last,
        EPOCHS);
  }

  private Result project(RankingSolver solver, int factors) throws IOException {
    RankingFactors vectors =
        RankingFactors.initial(factors, choices.users().length, choices.items(), 42);
    double first = solver.epoch(vectors, LAMBDA, ALPHA0);
    double last = first;
    long start = System.nanoTime();
    for (int epoch = 2; epoch <= EPOCHS; epoch++) {
      last = solver.epoch(vectors, LAMBDA, ALPHA0);
    }
    double seconds = (System.nanoTime() - start) / 1e9 / (EPOCHS - 1);
    checkFinite(vectors.users(), "the project");
    checkFinite(vectors.items(), "the project");
    Objective judge =
        new Objective(
            choices, workers, factors, vectors.stride(), vectors.users(), vectors.items());
    double found = judge.ofProject(LAMBDA, ALPHA0);
    if (!(Math.abs(found - last) <= TOLERANCE * found)) {
      throw new IllegalStateException("the solver's objective is " + last + ", expected " + found);
    }
    return result(seconds, first, last, choices.totalWeight(), "the project");
  }

  private Result mllib(int factors) throws IOException {
    MllibAls.Fit one = mllib.fit(choices, factors, 1);
    double first = objective(one, factors);
    MllibAls.Fit more = mllib.fit(choices, factors, EPOCHS);
    double last = objective(more, factors);
    double empty = choices.size() + MLLIB_ALPHA * choices.totalWeight();
    return result((more.seconds() - one.seconds()) / (EPOCHS - 1), first, last, empty, "MLlib");
  }

  private double objective(MllibAls.Fit fit, int factors) throws IOException {
    checkFinite(fit.users(), "MLlib");
    checkFinite(fit.items(), "MLlib");
    return new Objective(choices, workers, factors, factors, fit.users(), fit.items())
        .ofMllib(MLLIB_LAMBDA, MLLIB_ALPHA);
  }

  private static Result result(
      double seconds, double first, double last, double empty, String side) {
    if (!(last < first && first < empty)) {
      throw new IllegalStateException(
          side + " does not learn: objective " + empty + ", " + first + ", " + last);
    }
    if (!(seconds > 0)) {
      throw new IllegalStateException(side + " was faster with more iterations: " + seconds + " s");
    }
    return new Result(seconds, first / empty, last / empty);
  }

  private static void checkFinite(float[] matrix, String side) {
    for (float value : matrix) {
      if (!Float.isFinite(value)) {
        throw new IllegalStateException(side + " returned a factor that is not finite: " + value);
      }
    }
  }
}
