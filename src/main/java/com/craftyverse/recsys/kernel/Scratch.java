package com.craftyverse.recsys.kernel;

/// Memory that a [Kernel] works in, one for each thread.
public final class Scratch {
  /// Offsets of the items' rows of a batch.
  final int[] at = new int[Kernel.BATCH];

  /// What the dot products of a batch should be: rating − μ.
  final float[] targets = new float[Kernel.BATCH];

  /// The errors of a batch, each repeated over 16 floats.
  final float[] errors = new float[Kernel.BATCH * Kernel.VIRTUAL_LANES];

  /// The 16 sums of a dot product.
  final float[] sums = new float[Kernel.VIRTUAL_LANES];
}
