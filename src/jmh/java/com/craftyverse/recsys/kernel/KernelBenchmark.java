package com.craftyverse.recsys.kernel;

import com.craftyverse.recsys.kernel.UpdateCoefficients.Rate;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Measures the kernels' loops on cached rows, at sizes around the lane widths: nanoseconds per dot
/// product, per rating learned from, and per item scored.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
  /// Items, each rated once by the user, in runs of full batches.
  static final int ITEMS = 48;

  private static final float MEAN = 3.5f;

  @Param({"1", "7", "8", "15", "16", "17", "31", "50", "64", "100", "512"})
  int factors = 50;

  @Param({"scalar", "vector"})
  String name = "";

  private Kernel kernel = Kernels.scalar();
  private RowLayout layout = new RowLayout(1);
  private Scratch scratch = new Scratch(layout);
  private UpdateCoefficients rates = rates(layout);
  private final MemorySegment item = MemorySegment.ofArray(new int[ITEMS]);
  private final MemorySegment rating = MemorySegment.ofArray(new float[ITEMS]);
  private final float[] scores = new float[ITEMS];
  float[] user = {};
  float[] items = {};

  /// Fills the rows.
  @Setup(Level.Trial)
  public void fill() {
    kernel = name.equals("scalar") ? Kernels.scalar() : Kernels.vector();
    layout = new RowLayout(factors);
    scratch = new Scratch(layout);
    rates = rates(layout);
    Random random = new Random(1);
    user = layout.allocate(1);
    items = layout.allocate(ITEMS);
    fill(user, 0, layout.itemBias(), random);
    for (int i = 0; i < ITEMS; i++) {
      fill(items, i * layout.stride(), layout.userBias(), random);
      item.setAtIndex(Kernel.INT32, i, (i * 7) % ITEMS);
      rating.setAtIndex(Kernel.FLOAT32, i, 0.5f * (1 + random.nextInt(10)));
    }
  }

  private void fill(float[] rows, int at, int one, Random random) {
    for (int f = 0; f < factors + 2; f++) {
      rows[at + f] = (random.nextFloat() - 0.5f) / (float) Math.sqrt(factors);
    }
    rows[at + one] = 1;
  }

  private static UpdateCoefficients rates(RowLayout layout) {
    Rate rate = new Rate(0.01f, 0.05f);
    return new UpdateCoefficients(layout, MEAN, rate, rate, rate, rate);
  }

  /// Computes a dot product of the user's row and an item row.
  @Benchmark
  public float dot() {
    return kernel.dot(scratch, user, 0, items, 0, layout.stride());
  }

  /// Learns from all ratings.
  ///
  /// @return the sum of squared errors
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public double update() {
    return kernel.update(rates, scratch, user, 0, items, item, rating, 0, ITEMS);
  }

  /// Scores all items for the user.
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public float[] score() {
    kernel.score(scratch, user, 0, items, layout.stride(), 0, ITEMS, scores);
    return scores;
  }
}
