package com.craftyverse.recsys.kernel;

/// The work memory of a [Kernel], one instance per thread.
public final class Scratch {
  /// Offsets of the item rows of a batch.
  final int[] at = new int[Kernel.BATCH];

  /// Target values of a batch's dot products: rating − μ.
  final float[] targets = new float[Kernel.BATCH];

  /// The errors of a batch: targets minus predictions.
  final float[] errors = new float[Kernel.BATCH];

  /// The sums of a batch's dot products, 16 floats each.
  final float[] sums = new float[Kernel.BATCH * Kernel.VIRTUAL_LANES];

  /// The user's gradient over a batch.
  final float[] gradient;

  /// @param layout of the rows processed
  public Scratch(RowLayout layout) {
    this(layout.stride());
  }

  /// @param stride floats per row
  public Scratch(int stride) {
    this.gradient = new float[stride];
  }

  /// Adds the first `count` sums of a dot product, 4, 8 or 16 of them, in the tree that
  /// [Kernel] specifies.
  float foldSums(int count) {
    float[] sums = this.sums;
    if (count == 16) {
      for (int lane = 0; lane < 8; lane++) {
        sums[lane] += sums[lane + 8];
      }
    }
    float sum0 = sums[0];
    float sum1 = sums[1];
    float sum2 = sums[2];
    float sum3 = sums[3];
    if (count > 4) {
      sum0 += sums[4];
      sum1 += sums[5];
      sum2 += sums[6];
      sum3 += sums[7];
    }
    return (sum0 + sum2) + (sum1 + sum3);
  }

  /// Returns the sum of the squared errors of the first `batch` ratings, added in a tree to avoid the latency
  /// of a chain of eight additions.
  double squares(int batch) {
    double square0 = square(0);
    double square1 = batch > 1 ? square(1) : 0;
    double square2 = batch > 2 ? square(2) : 0;
    double square3 = batch > 3 ? square(3) : 0;
    double square4 = batch > 4 ? square(4) : 0;
    double square5 = batch > 5 ? square(5) : 0;
    double square6 = batch > 6 ? square(6) : 0;
    double square7 = batch > 7 ? square(7) : 0;
    return ((square0 + square1) + (square2 + square3))
        + ((square4 + square5) + (square6 + square7));
  }

  private double square(int b) {
    double error = errors[b];
    return error * error;
  }
}
