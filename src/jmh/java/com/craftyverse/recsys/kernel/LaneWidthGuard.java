package com.craftyverse.recsys.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Checks that the vector kernel is never slower than the scalar one, in ten fresh JVMs per
/// lane width of the processor. Several JVMs are needed because C2 compiles the kernel only sometimes when
/// its methods are too long. Exits with status 1 if any width was slower in any JVM.
public final class LaneWidthGuard {
  /// The argument that makes a child JVM measure.
  private static final String MEASURE = "measure";

  private static final int FACTORS = 50;
  private static final int STARTS = 10;
  private static final int ROUNDS = 15;
  private static final double SECONDS_OF_WARM_UP = 2;
  private static final int REPEATS = 2_000;

  private LaneWidthGuard() {}

  /// @param args none
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals(MEASURE)) {
      System.out.println(ratio());
      return;
    }
    int maxLanes = VectorKernel.preferredBits() / Float.SIZE;
    int standard = Kernels.vector().lanes();
    boolean slow = false;
    for (int lanes = 4; lanes <= maxLanes; lanes *= 2) {
      List<Double> ratios = new ArrayList<>();
      for (int start = 0; start < STARTS; start++) {
        ratios.add(ratioInFreshJvm(lanes));
      }
      double minRatio = ratios.stream().mapToDouble(r -> r).min().orElse(0);
      System.out.printf(
          Locale.ROOT,
          "%2d lanes%s: speedup over the scalar kernel, by JVM: %s%n",
          lanes,
          lanes == standard ? " (default)" : "",
          ratios.stream().map(r -> String.format(Locale.ROOT, "%.2f", r)).toList());
      slow |= minRatio < 1;
    }
    if (slow) {
      System.out.println("the vector kernel was slower than the scalar kernel");
      System.exit(1);
    }
  }

  private static double ratioInFreshJvm(int lanes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-D" + VectorKernel.LANES_PROPERTY + "=" + lanes,
                "-cp",
                System.getProperty("java.class.path"),
                LaneWidthGuard.class.getName(),
                MEASURE)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("a JVM with " + lanes + " lanes failed: " + output);
    }
    return Double.parseDouble(output);
  }

  /// Returns the scalar kernel's shortest time divided by the vector kernel's, measured alternately.
  private static double ratio() {
    KernelBenchmark scalar = benchmark("scalar");
    KernelBenchmark vector = benchmark("vector");
    long end = System.nanoTime() + (long) (SECONDS_OF_WARM_UP * 1e9);
    while (System.nanoTime() < end) {
      nanos(scalar);
      nanos(vector);
    }
    long leastScalar = Long.MAX_VALUE;
    long leastVector = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      leastScalar = Math.min(leastScalar, nanos(scalar));
      leastVector = Math.min(leastVector, nanos(vector));
    }
    return (double) leastScalar / leastVector;
  }

  private static KernelBenchmark benchmark(String name) {
    KernelBenchmark benchmark = new KernelBenchmark();
    benchmark.name = name;
    benchmark.factors = FACTORS;
    benchmark.fill();
    return benchmark;
  }

  private static long nanos(KernelBenchmark benchmark) {
    long start = System.nanoTime();
    double squares = 0;
    for (int i = 0; i < REPEATS; i++) {
      squares += benchmark.update();
    }
    if (!(squares >= 0)) {
      throw new IllegalStateException("the sum of squared errors is " + squares);
    }
    return System.nanoTime() - start;
  }
}
