package com.craftyverse.recsys.kernel;

import static com.craftyverse.recsys.kernel.Kernel.VIRTUAL_LANES;
import static com.craftyverse.recsys.kernel.VectorKernel.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The matrix products of [VectorKernel], in tiles of four rows and two vectors, whose sums stay in eight
/// registers.
final class VectorTiles {
  private static final VectorSpecies<Float> SPECIES =
      LANES == 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

  private static final int WIDTH = 2 * SPECIES.length();

  private VectorTiles() {}

  /// See [Kernel#gram].
  static void gram(float[] rows, int stride, int from, int count, float[] gram) {
    for (int i = 0; i < stride; i += 4) {
      for (int j = i / WIDTH * WIDTH; j < stride; j += WIDTH) {
        gramTile(rows, stride, from * stride, count, i, j, gram);
      }
    }
  }

  /// Sums products of elements `i … i + 3` and `j … j + WIDTH − 1` over rows.
  private static void gramTile(
      float[] rows, int stride, int first, int count, int i, int j, float[] gram) {
    int lanes = SPECIES.length();
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = sum00;
    FloatVector sum10 = sum00;
    FloatVector sum11 = sum00;
    FloatVector sum20 = sum00;
    FloatVector sum21 = sum00;
    FloatVector sum30 = sum00;
    FloatVector sum31 = sum00;
    int at = first;
    for (int row = 0; row < count; row++) {
      FloatVector right0 = FloatVector.fromArray(SPECIES, rows, at + j);
      FloatVector right1 = FloatVector.fromArray(SPECIES, rows, at + j + lanes);
      FloatVector left = FloatVector.broadcast(SPECIES, rows[at + i]);
      sum00 = left.fma(right0, sum00);
      sum01 = left.fma(right1, sum01);
      left = FloatVector.broadcast(SPECIES, rows[at + i + 1]);
      sum10 = left.fma(right0, sum10);
      sum11 = left.fma(right1, sum11);
      left = FloatVector.broadcast(SPECIES, rows[at + i + 2]);
      sum20 = left.fma(right0, sum20);
      sum21 = left.fma(right1, sum21);
      left = FloatVector.broadcast(SPECIES, rows[at + i + 3]);
      sum30 = left.fma(right0, sum30);
      sum31 = left.fma(right1, sum31);
      at += stride;
    }
    int to = i * stride + j;
    sum00.intoArray(gram, to);
    sum01.intoArray(gram, to + lanes);
    to += stride;
    sum10.intoArray(gram, to);
    sum11.intoArray(gram, to + lanes);
    to += stride;
    sum20.intoArray(gram, to);
    sum21.intoArray(gram, to + lanes);
    to += stride;
    sum30.intoArray(gram, to);
    sum31.intoArray(gram, to + lanes);
  }

  /// See [Kernel#multiply]. The outer loop is over columns, so that a strip of the matrix stays in the L1
  /// cache.
  static void multiply(
      float[] rows, int stride, int from, int count, float[] matrix, float[] copy) {
    System.arraycopy(rows, from * stride, copy, 0, count * stride);
    for (int column = 0; column < stride; column += WIDTH) {
      int row = 0;
      for (; row + 4 <= count; row += 4) {
        multiplyTile(copy, row * stride, matrix, stride, column, rows, (from + row) * stride);
      }
      for (; row < count; row++) {
        multiplyRow(copy, row * stride, matrix, stride, column, rows, (from + row) * stride);
      }
    }
  }

  private static void multiplyTile(
      float[] left, int leftAt, float[] right, int stride, int column, float[] out, int outAt) {
    int lanes = SPECIES.length();
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = sum00;
    FloatVector sum10 = sum00;
    FloatVector sum11 = sum00;
    FloatVector sum20 = sum00;
    FloatVector sum21 = sum00;
    FloatVector sum30 = sum00;
    FloatVector sum31 = sum00;
    int at = column;
    for (int l = leftAt; l < leftAt + stride; l++) {
      FloatVector right0 = FloatVector.fromArray(SPECIES, right, at);
      FloatVector right1 = FloatVector.fromArray(SPECIES, right, at + lanes);
      FloatVector factor = FloatVector.broadcast(SPECIES, left[l]);
      sum00 = factor.fma(right0, sum00);
      sum01 = factor.fma(right1, sum01);
      factor = FloatVector.broadcast(SPECIES, left[l + stride]);
      sum10 = factor.fma(right0, sum10);
      sum11 = factor.fma(right1, sum11);
      factor = FloatVector.broadcast(SPECIES, left[l + 2 * stride]);
      sum20 = factor.fma(right0, sum20);
      sum21 = factor.fma(right1, sum21);
      factor = FloatVector.broadcast(SPECIES, left[l + 3 * stride]);
      sum30 = factor.fma(right0, sum30);
      sum31 = factor.fma(right1, sum31);
      at += stride;
    }
    int to = outAt + column;
    sum00.intoArray(out, to);
    sum01.intoArray(out, to + lanes);
    to += stride;
    sum10.intoArray(out, to);
    sum11.intoArray(out, to + lanes);
    to += stride;
    sum20.intoArray(out, to);
    sum21.intoArray(out, to + lanes);
    to += stride;
    sum30.intoArray(out, to);
    sum31.intoArray(out, to + lanes);
  }

  private static void multiplyRow(
      float[] left, int leftAt, float[] right, int stride, int column, float[] out, int outAt) {
    int lanes = SPECIES.length();
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    int at = column;
    for (int l = leftAt; l < leftAt + stride; l++) {
      FloatVector factor = FloatVector.broadcast(SPECIES, left[l]);
      sum0 = factor.fma(FloatVector.fromArray(SPECIES, right, at), sum0);
      sum1 = factor.fma(FloatVector.fromArray(SPECIES, right, at + lanes), sum1);
      at += stride;
    }
    sum0.intoArray(out, outAt + column);
    sum1.intoArray(out, outAt + column + lanes);
  }

  /// See [Kernel#multiplyPanel].
  static void multiplyPanel(
      float[] rows, int stride, int count, float[] panel, float[][] out, int outAt) {
    for (int column = 0; column < VIRTUAL_LANES; column += WIDTH) {
      int row = 0;
      for (; row + 4 <= count; row += 4) {
        panelTile(rows, stride, row, panel, column, out, outAt + column);
      }
      for (; row < count; row++) {
        panelRow(rows, stride, row, panel, column, out[row], outAt + column);
      }
    }
  }

  private static void panelTile(
      float[] left, int stride, int row, float[] panel, int column, float[][] out, int outAt) {
    int lanes = SPECIES.length();
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = sum00;
    FloatVector sum10 = sum00;
    FloatVector sum11 = sum00;
    FloatVector sum20 = sum00;
    FloatVector sum21 = sum00;
    FloatVector sum30 = sum00;
    FloatVector sum31 = sum00;
    int at = column;
    for (int l = row * stride; l < (row + 1) * stride; l++) {
      FloatVector right0 = FloatVector.fromArray(SPECIES, panel, at);
      FloatVector right1 = FloatVector.fromArray(SPECIES, panel, at + lanes);
      FloatVector factor = FloatVector.broadcast(SPECIES, left[l]);
      sum00 = factor.fma(right0, sum00);
      sum01 = factor.fma(right1, sum01);
      factor = FloatVector.broadcast(SPECIES, left[l + stride]);
      sum10 = factor.fma(right0, sum10);
      sum11 = factor.fma(right1, sum11);
      factor = FloatVector.broadcast(SPECIES, left[l + 2 * stride]);
      sum20 = factor.fma(right0, sum20);
      sum21 = factor.fma(right1, sum21);
      factor = FloatVector.broadcast(SPECIES, left[l + 3 * stride]);
      sum30 = factor.fma(right0, sum30);
      sum31 = factor.fma(right1, sum31);
      at += VIRTUAL_LANES;
    }
    sum00.intoArray(out[row], outAt);
    sum01.intoArray(out[row], outAt + lanes);
    sum10.intoArray(out[row + 1], outAt);
    sum11.intoArray(out[row + 1], outAt + lanes);
    sum20.intoArray(out[row + 2], outAt);
    sum21.intoArray(out[row + 2], outAt + lanes);
    sum30.intoArray(out[row + 3], outAt);
    sum31.intoArray(out[row + 3], outAt + lanes);
  }

  private static void panelRow(
      float[] left, int stride, int row, float[] panel, int column, float[] out, int outAt) {
    int lanes = SPECIES.length();
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    int at = column;
    for (int l = row * stride; l < (row + 1) * stride; l++) {
      FloatVector factor = FloatVector.broadcast(SPECIES, left[l]);
      sum0 = factor.fma(FloatVector.fromArray(SPECIES, panel, at), sum0);
      sum1 = factor.fma(FloatVector.fromArray(SPECIES, panel, at + lanes), sum1);
      at += VIRTUAL_LANES;
    }
    sum0.intoArray(out, outAt);
    sum1.intoArray(out, outAt + lanes);
  }
}
