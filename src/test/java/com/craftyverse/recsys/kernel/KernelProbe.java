package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/// Runs a kernel over synthetic rows and returns the resulting bits. Separate class loaders and
/// JVMs load this class, so it uses only this package.
public final class KernelProbe {
  static final int[] SIZES = {1, 7, 8, 15, 16, 17, 31, 50, 64, 100, 512};

  private static final int USERS = 6;
  private static final int ITEMS = 11;
  private static final int RATINGS = 83;

  private KernelProbe() {}

  /// Prints the kernel that this JVM chooses and whether it has vectors.
  public static void main(String[] args) {
    System.out.println(Kernels.fastest());
    try {
      System.out.println(Kernels.vector().name());
    } catch (UnsupportedOperationException e) {
      System.out.println(e.getMessage());
    }
  }

  /// Returns the bits of `kernel` (`scalar` or `vector`) for rows of `factors` factors, preceded by its
  /// lane width.
  public static int[] bits(String kernel, int factors) {
    return bits(kernel.equals("scalar") ? Kernels.scalar() : Kernels.vector(), factors);
  }

  /// Returns the bits of the ranking model's loops, preceded by the lane width.
  public static int[] rankingBits(String kernel, int factors) {
    return rankingBits(kernel.equals("scalar") ? Kernels.scalar() : Kernels.vector(), factors);
  }

  static int[] rankingBits(Kernel kernel, int factors) {
    int stride = RowLayout.padded(factors);
    Random random = new Random(factors);
    float[] rows = rows(factors, stride, ITEMS, random);
    float[] row = rows(factors, stride, 3, random);
    float[] matrix = rows(stride, stride, stride, random);
    int[] index = random.ints(RATINGS, 0, ITEMS).toArray();
    Scratch scratch = new Scratch(stride);
    float[] dots = new float[(RATINGS + 8) * RATINGS];
    float[] sums = new float[(RATINGS + 1) * stride];
    // Every number of rows, so that all batch lengths occur.
    for (int count = 0; count < RATINGS; count++) {
      float[] out = new float[RATINGS + 8];
      kernel.dots(scratch, row, stride, rows, stride, index, RATINGS - count, count, out);
      System.arraycopy(out, 0, dots, count * RATINGS, count);
      kernel.addRows(out, rows, stride, index, RATINGS - count, count, sums, count * stride);
    }
    float[] all = new float[stride * stride];
    kernel.gram(rows, stride, 1, ITEMS - 1, all);
    float[] gram = new float[stride * stride];
    for (int i = 0; i < stride; i++) {
      System.arraycopy(all, i * stride + i, gram, i * stride + i, stride - i);
    }
    float[] multiplied = rows.clone();
    kernel.multiply(
        multiplied, stride, 1, ITEMS - 2, matrix, new float[Kernel.BLOCK_ROWS * stride]);
    float[] panel = rows(Kernel.VIRTUAL_LANES, Kernel.VIRTUAL_LANES, stride, random);
    float[][] products = new float[ITEMS][Kernel.VIRTUAL_LANES];
    kernel.multiplyPanel(rows, stride, ITEMS, panel, products, 0);
    return concat(
        new int[] {kernel.lanes()},
        bits(dots),
        bits(sums),
        bits(gram),
        bits(multiplied),
        concat(Arrays.stream(products).map(KernelProbe::bits).toArray(int[][]::new)));
  }

  private static float[] rows(int factors, int stride, int count, Random random) {
    float[] rows = new float[count * stride];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          i % stride < factors ? (random.nextFloat() - 0.5f) * (i % 3 == 0 ? 0.3f : 1e-3f) : 0;
    }
    return rows;
  }

  static int[] bits(Kernel kernel, int factors) {
    RowLayout layout = new RowLayout(factors);
    int stride = layout.stride();
    Random random = new Random(factors);
    float[] users = rows(layout, USERS, layout.itemBias(), random);
    float[] items = rows(layout, ITEMS, layout.userBias(), random);
    int[] user = random.ints(RATINGS, 0, USERS).toArray();
    int[] item = random.ints(RATINGS, 0, ITEMS).toArray();
    float[] rating = new float[RATINGS];
    for (int i = 0; i < RATINGS; i++) {
      rating[i] = 0.5f * (1 + random.nextInt(10));
    }
    Scratch scratch = new Scratch(layout);
    UpdateCoefficients rates =
        new UpdateCoefficients(
            layout,
            3.3f,
            new UpdateCoefficients.Rate(0.03f, 0.05f),
            new UpdateCoefficients.Rate(0.02f, 0.07f),
            new UpdateCoefficients.Rate(0.01f, 0.02f),
            new UpdateCoefficients.Rate(0.015f, 0.01f));
    float[] dots = new float[USERS * ITEMS];
    for (int i = 0; i < dots.length; i++) {
      dots[i] = kernel.dot(scratch, users, i / ITEMS * stride, items, i % ITEMS * stride, stride);
    }
    double squares = 0;
    int from = 0;
    // Runs of all lengths from 1 to 12, so that all batch lengths occur.
    for (int run = 1; from + run <= RATINGS; run++) {
      squares +=
          kernel.update(
              rates,
              scratch,
              users,
              run % USERS * stride,
              items,
              MemorySegment.ofArray(item),
              MemorySegment.ofArray(rating),
              from,
              run);
      from += run;
    }
    float[] predictions = new float[RATINGS];
    kernel.predict(
        scratch,
        3.3f,
        users,
        items,
        stride,
        MemorySegment.ofArray(user),
        MemorySegment.ofArray(item),
        0,
        RATINGS,
        predictions);
    float[] scores = new float[ITEMS];
    kernel.score(scratch, users, stride, items, stride, 0, ITEMS, scores);
    long square = Double.doubleToRawLongBits(squares);
    int[] all =
        concat(
            new int[] {kernel.lanes(), (int) square, (int) (square >>> 32)},
            bits(dots),
            bits(users),
            bits(items),
            bits(predictions),
            bits(scores));
    return all;
  }

  private static float[] rows(RowLayout layout, int count, int one, Random random) {
    float[] rows = layout.allocate(count);
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < layout.factors() + 2; i++) {
        // Very different magnitudes, so that the order of additions shows.
        rows[row * layout.stride() + i] =
            i == one ? 1 : (random.nextFloat() - 0.5f) * (i % 3 == 0 ? 0.3f : 1e-3f);
      }
    }
    return rows;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
