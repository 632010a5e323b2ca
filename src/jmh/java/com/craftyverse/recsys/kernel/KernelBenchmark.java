package com.craftyverse.recsys.kernel;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The dot product of two rows, scalar and vector, at sizes around the lane widths.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
  @Param({"1", "7", "8", "15", "16", "17", "31", "50", "64", "100", "512"})
  int factors;

  @Param({"scalar", "vector"})
  String name = "";

  private Kernel kernel = Kernels.scalar();
  private final Scratch scratch = new Scratch();
  private float[] a = {};
  private float[] b = {};
  private int stride;

  @Setup(Level.Trial)
  public void fill() {
    kernel = name.equals("scalar") ? Kernels.scalar() : Kernels.vector();
    stride = new RowLayout(factors).stride();
    Random random = new Random(1);
    a = new float[stride];
    b = new float[stride];
    for (int f = 0; f < factors; f++) {
      a[f] = random.nextFloat();
      b[f] = random.nextFloat();
    }
  }

  @Benchmark
  public float dot() {
    return kernel.dot(scratch, a, 0, b, 0, stride);
  }
}
