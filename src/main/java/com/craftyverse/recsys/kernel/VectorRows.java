package com.craftyverse.recsys.kernel;

import static com.craftyverse.recsys.kernel.Kernel.BATCH;
import static com.craftyverse.recsys.kernel.VectorKernel.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The gathered rows of [VectorKernel]: eight dot products at once, and sums of
/// multiples, straight from the matrix.
///
/// Eight dot products have one accumulator each, as many as keep a processor's pipelines busy.
/// They are folded together: half the lanes of one meet the other half of another, so each
/// of the three steps of the tree halves the number of vectors until one vector of eight dot products
/// is left.
final class VectorRows {
  /// At most 256 bits: the order of summation requires eight accumulators of eight lanes.
  private static final VectorSpecies<Float> SPECIES =
      LANES == 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

  private static final VectorShuffle<Float> ACROSS_4 = across(4);
  private static final VectorShuffle<Float> ACROSS_2 = across(2);
  private static final VectorShuffle<Float> ACROSS_1 = across(1);
  private static final VectorMask<Float> PLACES_4 = places(4);
  private static final VectorMask<Float> PLACES_2 = places(2);
  private static final VectorMask<Float> PLACES_1 = places(1);

  private VectorRows() {}

  private static VectorShuffle<Float> across(int places) {
    return VectorShuffle.fromOp(FloatVector.SPECIES_256, lane -> lane ^ places);
  }

  /// The lanes whose number lacks that bit.
  private static VectorMask<Float> places(int bit) {
    long lanes = 0;
    for (int lane = 0; lane < 8; lane++) {
      lanes |= (lane & bit) == 0 ? 1L << lane : 0;
    }
    return VectorMask.fromLong(FloatVector.SPECIES_256, lanes);
  }

  /// See [Kernel#dots].
  static void dots(
      Scratch scratch,
      float[] row,
      int rowAt,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] out) {
    int[] at = scratch.at;
    for (int done = 0; done < count; done += BATCH) {
      int batch = Math.min(BATCH, count - done);
      for (int b = 0; b < BATCH; b++) {
        at[b] = index[from + done + Math.min(b, batch - 1)] * stride;
      }
      if (LANES == 4) {
        for (int b = 0; b < batch; b += 4) {
          dots4(at, b, row, rowAt, rows, stride, scratch.sums);
          fold4(scratch.sums, out, done + b);
        }
      } else if (batch > 4) {
        dots8(at, row, rowAt, rows, stride, out, done);
      } else {
        dotsOfFew(at, row, rowAt, rows, stride, out, done);
      }
    }
  }

  private static void dots8(
      int[] at, float[] row, int rowAt, float[] rows, int stride, float[] out, int outAt) {
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    int at4 = at[4];
    int at5 = at[5];
    int at6 = at[6];
    int at7 = at[7];
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum0;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum0;
    for (int i = 0; i < stride; i += 8) {
      FloatVector of = FloatVector.fromArray(SPECIES, row, rowAt + i);
      sum0 = of.fma(FloatVector.fromArray(SPECIES, rows, at0 + i), sum0);
      sum1 = of.fma(FloatVector.fromArray(SPECIES, rows, at1 + i), sum1);
      sum2 = of.fma(FloatVector.fromArray(SPECIES, rows, at2 + i), sum2);
      sum3 = of.fma(FloatVector.fromArray(SPECIES, rows, at3 + i), sum3);
      sum4 = of.fma(FloatVector.fromArray(SPECIES, rows, at4 + i), sum4);
      sum5 = of.fma(FloatVector.fromArray(SPECIES, rows, at5 + i), sum5);
      sum6 = of.fma(FloatVector.fromArray(SPECIES, rows, at6 + i), sum6);
      sum7 = of.fma(FloatVector.fromArray(SPECIES, rows, at7 + i), sum7);
    }
    FloatVector of0And4 =
        sum4.blend(sum0, PLACES_4).add(sum0.blend(sum4, PLACES_4).rearrange(ACROSS_4));
    FloatVector of1And5 =
        sum5.blend(sum1, PLACES_4).add(sum1.blend(sum5, PLACES_4).rearrange(ACROSS_4));
    FloatVector of2And6 =
        sum6.blend(sum2, PLACES_4).add(sum2.blend(sum6, PLACES_4).rearrange(ACROSS_4));
    FloatVector of3And7 =
        sum7.blend(sum3, PLACES_4).add(sum3.blend(sum7, PLACES_4).rearrange(ACROSS_4));
    FloatVector even =
        of2And6.blend(of0And4, PLACES_2).add(of0And4.blend(of2And6, PLACES_2).rearrange(ACROSS_2));
    FloatVector odd =
        of3And7.blend(of1And5, PLACES_2).add(of1And5.blend(of3And7, PLACES_2).rearrange(ACROSS_2));
    odd.blend(even, PLACES_1)
        .add(even.blend(odd, PLACES_1).rearrange(ACROSS_1))
        .intoArray(out, outAt);
  }

  /// Computes the dot products of up to four rows, in the first four places.
  private static void dotsOfFew(
      int[] at, float[] row, int rowAt, float[] rows, int stride, float[] out, int outAt) {
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < stride; i += 8) {
      FloatVector of = FloatVector.fromArray(SPECIES, row, rowAt + i);
      sum0 = of.fma(FloatVector.fromArray(SPECIES, rows, at0 + i), sum0);
      sum1 = of.fma(FloatVector.fromArray(SPECIES, rows, at1 + i), sum1);
      sum2 = of.fma(FloatVector.fromArray(SPECIES, rows, at2 + i), sum2);
      sum3 = of.fma(FloatVector.fromArray(SPECIES, rows, at3 + i), sum3);
    }
    FloatVector of0 = sum0.add(sum0.rearrange(ACROSS_4));
    FloatVector of1 = sum1.add(sum1.rearrange(ACROSS_4));
    FloatVector of2 = sum2.add(sum2.rearrange(ACROSS_4));
    FloatVector of3 = sum3.add(sum3.rearrange(ACROSS_4));
    FloatVector even = of2.blend(of0, PLACES_2).add(of0.blend(of2, PLACES_2).rearrange(ACROSS_2));
    FloatVector odd = of3.blend(of1, PLACES_2).add(of1.blend(of3, PLACES_2).rearrange(ACROSS_2));
    odd.blend(even, PLACES_1)
        .add(even.blend(odd, PLACES_1).rearrange(ACROSS_1))
        .intoArray(out, outAt);
  }

  /// Computes four sums for each of four rows, with vectors of 128 bits.
  private static void dots4(
      int[] at, int first, float[] row, int rowAt, float[] rows, int stride, float[] sums) {
    int at0 = at[first];
    int at1 = at[first + 1];
    int at2 = at[first + 2];
    int at3 = at[first + 3];
    FloatVector low0 = FloatVector.zero(SPECIES);
    FloatVector low1 = low0;
    FloatVector low2 = low0;
    FloatVector low3 = low0;
    FloatVector high0 = low0;
    FloatVector high1 = low0;
    FloatVector high2 = low0;
    FloatVector high3 = low0;
    for (int i = 0; i < stride; i += 8) {
      FloatVector of = FloatVector.fromArray(SPECIES, row, rowAt + i);
      low0 = of.fma(FloatVector.fromArray(SPECIES, rows, at0 + i), low0);
      low1 = of.fma(FloatVector.fromArray(SPECIES, rows, at1 + i), low1);
      low2 = of.fma(FloatVector.fromArray(SPECIES, rows, at2 + i), low2);
      low3 = of.fma(FloatVector.fromArray(SPECIES, rows, at3 + i), low3);
      of = FloatVector.fromArray(SPECIES, row, rowAt + i + 4);
      high0 = of.fma(FloatVector.fromArray(SPECIES, rows, at0 + i + 4), high0);
      high1 = of.fma(FloatVector.fromArray(SPECIES, rows, at1 + i + 4), high1);
      high2 = of.fma(FloatVector.fromArray(SPECIES, rows, at2 + i + 4), high2);
      high3 = of.fma(FloatVector.fromArray(SPECIES, rows, at3 + i + 4), high3);
    }
    low0.add(high0).intoArray(sums, 0);
    low1.add(high1).intoArray(sums, 4);
    low2.add(high2).intoArray(sums, 8);
    low3.add(high3).intoArray(sums, 12);
  }

  private static void fold4(float[] sums, float[] out, int outAt) {
    for (int b = 0; b < 4; b++) {
      int at = 4 * b;
      out[outAt + b] = (sums[at] + sums[at + 2]) + (sums[at + 1] + sums[at + 3]);
    }
  }

  /// See [Kernel#addRows].
  static void add(
      float[] factors,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] sum,
      int sumAt) {
    int lanes = SPECIES.length();
    int i = 0;
    for (; i + 8 * lanes <= stride; i += 8 * lanes) {
      add8(factors, rows, stride, i, index, from, count, sum, sumAt + i);
    }
    for (; i < stride; i += 2 * lanes) {
      add2(factors, rows, stride, i, index, from, count, sum, sumAt + i);
    }
  }

  /// Adds eight vectors of each row.
  private static void add8(
      float[] factors,
      float[] rows,
      int stride,
      int column,
      int[] index,
      int from,
      int count,
      float[] sum,
      int sumAt) {
    int lanes = SPECIES.length();
    FloatVector sum0 = FloatVector.fromArray(SPECIES, sum, sumAt);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, sum, sumAt + lanes);
    FloatVector sum2 = FloatVector.fromArray(SPECIES, sum, sumAt + 2 * lanes);
    FloatVector sum3 = FloatVector.fromArray(SPECIES, sum, sumAt + 3 * lanes);
    FloatVector sum4 = FloatVector.fromArray(SPECIES, sum, sumAt + 4 * lanes);
    FloatVector sum5 = FloatVector.fromArray(SPECIES, sum, sumAt + 5 * lanes);
    FloatVector sum6 = FloatVector.fromArray(SPECIES, sum, sumAt + 6 * lanes);
    FloatVector sum7 = FloatVector.fromArray(SPECIES, sum, sumAt + 7 * lanes);
    for (int j = 0; j < count; j++) {
      int at = index[from + j] * stride + column;
      FloatVector factor = FloatVector.broadcast(SPECIES, factors[j]);
      sum0 = factor.fma(FloatVector.fromArray(SPECIES, rows, at), sum0);
      sum1 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + lanes), sum1);
      sum2 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 2 * lanes), sum2);
      sum3 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 3 * lanes), sum3);
      sum4 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 4 * lanes), sum4);
      sum5 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 5 * lanes), sum5);
      sum6 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 6 * lanes), sum6);
      sum7 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + 7 * lanes), sum7);
    }
    sum0.intoArray(sum, sumAt);
    sum1.intoArray(sum, sumAt + lanes);
    sum2.intoArray(sum, sumAt + 2 * lanes);
    sum3.intoArray(sum, sumAt + 3 * lanes);
    sum4.intoArray(sum, sumAt + 4 * lanes);
    sum5.intoArray(sum, sumAt + 5 * lanes);
    sum6.intoArray(sum, sumAt + 6 * lanes);
    sum7.intoArray(sum, sumAt + 7 * lanes);
  }

  /// Adds two vectors of each row.
  private static void add2(
      float[] factors,
      float[] rows,
      int stride,
      int column,
      int[] index,
      int from,
      int count,
      float[] sum,
      int sumAt) {
    int lanes = SPECIES.length();
    FloatVector sum0 = FloatVector.fromArray(SPECIES, sum, sumAt);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, sum, sumAt + lanes);
    for (int j = 0; j < count; j++) {
      int at = index[from + j] * stride + column;
      FloatVector factor = FloatVector.broadcast(SPECIES, factors[j]);
      sum0 = factor.fma(FloatVector.fromArray(SPECIES, rows, at), sum0);
      sum1 = factor.fma(FloatVector.fromArray(SPECIES, rows, at + lanes), sum1);
    }
    sum0.intoArray(sum, sumAt);
    sum1.intoArray(sum, sumAt + lanes);
  }
}
