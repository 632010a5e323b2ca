package com.craftyverse.recsys.kernel;

/// Memory that a [Kernel] works in, one for each thread.
public final class Scratch {
  /// Offsets of the items' rows of a batch.
  final int[] at = new int[Kernel.BATCH];

  /// What the dot products of a batch should be: rating − μ.
  final float[] targets = new float[Kernel.BATCH];

  /// The sums of a batch's dot products, 16 floats each; then its errors, each repeated.
  final float[] errors = new float[Kernel.BATCH * Kernel.VIRTUAL_LANES];

  /// The 16 sums of a dot product.
  final float[] sums = new float[Kernel.VIRTUAL_LANES];

  /// The user's gradient over a batch.
  final float[] gradient;

  /// @param layout of the rows that are worked on
  public Scratch(RowLayout layout) {
    this.gradient = new float[layout.stride()];
  }
}
