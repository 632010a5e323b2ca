package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The kernel in vector instructions. It, [VectorDots], [VectorSteps], [VectorRows] and [VectorTiles]
/// are the only code that needs the module `jdk.incubator.vector`. Only [Kernels] loads them, after checking
/// that the module is present.
///
/// For maintainers. A batch is learned in passes that communicate through [Scratch]:
/// [#gather] reads its items and ratings, [VectorDots] computes the dot products and folds them into
/// errors, and [VectorSteps] updates the rows in one pass over their slices.
///
/// *Never pass a vector through a call to our own code*, as an argument or as a result. C2 always inlines the
/// Vector API, but stops inlining anything else once a method has grown
/// ("NodeCountInliningCutoff" in `-XX:+PrintInlining`). A vector that passes through a remaining call
/// becomes an object, at 100 bytes and a multiple of the time per rating. Which call that
/// is depends on the order of compilation, so it differs from JVM to JVM. Hence the
/// repetition: helper methods for a load or a step would be shorter, but took 37 ns per rating instead
/// of 18.
///
/// *Keep methods of medium size.* C1 rejects long straight-line vector code ("out of virtual
/// registers"), and such a method never reaches C2.
final class VectorKernel implements Kernel {
  /// Overrides the lane width, for tests: 4, 8 or 16 floats.
  static final String LANES_PROPERTY = "recsys.kernel.lanes";

  static final VectorSpecies<Float> SPECIES = species();
  static final int LANES = SPECIES.length();

  /// At most [#BATCH] lanes, so that a batch is a multiple of them.
  private static final VectorSpecies<Float> RATINGS =
      LANES == 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

  private static final VectorSpecies<Integer> ITEMS =
      LANES == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;

  /// Vectors wider than 256 bits are used only on request: rows on the heap are not aligned to
  /// their size, and the memory accesses cost what the fewer instructions save.
  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.length();
    int lanes = Integer.getInteger(LANES_PROPERTY, Math.min(preferred, 8));
    return switch (lanes) {
      case 4 -> FloatVector.SPECIES_128;
      case 8 -> FloatVector.SPECIES_256;
      case 16 -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              LANES_PROPERTY + " is " + lanes + "; expected 4, 8 or 16");
    };
  }

  /// Returns the vector size that the platform prefers on this processor, in bits.
  static int preferredBits() {
    return VectorShape.preferredShape().vectorBitSize();
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public double update(
      UpdateCoefficients rates,
      Scratch scratch,
      float[] users,
      int userAt,
      float[] items,
      MemorySegment item,
      MemorySegment rating,
      long from,
      int count) {
    double squares = 0;
    for (int done = 0; done < count; done += BATCH) {
      int batch = Math.min(BATCH, count - done);
      long row = from + done;
      if ((row + BATCH) * Integer.BYTES <= item.byteSize()) {
        gather(rates, scratch, item, rating, row);
      } else {
        gatherLast(rates, scratch, item, rating, row, batch);
      }
      VectorDots.errors(scratch, users, userAt, items, rates.stride, batch);
      squares += scratch.squares(batch);
      VectorSteps.learn(rates, scratch, users, userAt, items, batch);
    }
    return squares;
  }

  /// Reads the items and ratings of a full batch; shorter batches ignore the rest.
  private static void gather(
      UpdateCoefficients rates,
      Scratch scratch,
      MemorySegment item,
      MemorySegment rating,
      long from) {
    for (int b = 0; b < BATCH; b += RATINGS.length()) {
      long at = (from + b) * Integer.BYTES;
      IntVector.fromMemorySegment(ITEMS, item, at, ByteOrder.LITTLE_ENDIAN)
          .mul(rates.stride)
          .intoArray(scratch.at, b);
      FloatVector.fromMemorySegment(RATINGS, rating, at, ByteOrder.LITTLE_ENDIAN)
          .sub(rates.mean)
          .intoArray(scratch.targets, b);
    }
  }

  /// Reads the last ratings of a column, without reading past its end.
  private static void gatherLast(
      UpdateCoefficients rates,
      Scratch scratch,
      MemorySegment item,
      MemorySegment rating,
      long from,
      int batch) {
    for (int b = 0; b < BATCH; b++) {
      long row = (from + Math.min(b, batch - 1)) * Integer.BYTES;
      scratch.at[b] = item.get(INT32, row) * rates.stride;
      scratch.targets[b] = rating.get(FLOAT32, row) - rates.mean;
    }
  }

  @Override
  public float dot(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    return VectorDots.dot(scratch, a, aAt, b, bAt, stride);
  }

  @Override
  public void dots(
      Scratch scratch,
      float[] row,
      int rowAt,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] out) {
    VectorRows.dots(scratch, row, rowAt, rows, stride, index, from, count, out);
  }

  @Override
  public void addRows(
      float[] factors,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] sum,
      int sumAt) {
    VectorRows.add(factors, rows, stride, index, from, count, sum, sumAt);
  }

  @Override
  public void gram(float[] rows, int stride, int from, int count, float[] gram) {
    VectorTiles.gram(rows, stride, from, count, gram);
  }

  @Override
  public void multiply(
      float[] rows, int stride, int from, int count, float[] matrix, float[] copy) {
    VectorTiles.multiply(rows, stride, from, count, matrix, copy);
  }

  @Override
  public void multiplyPanel(
      float[] rows, int stride, int count, float[] panel, float[][] out, int outAt) {
    VectorTiles.multiplyPanel(rows, stride, count, panel, out, outAt);
  }
}
