package com.craftyverse.recsys.kernel;

import static com.craftyverse.recsys.kernel.Kernel.BATCH;
import static com.craftyverse.recsys.kernel.Kernel.VIRTUAL_LANES;
import static com.craftyverse.recsys.kernel.VectorKernel.LANES;
import static com.craftyverse.recsys.kernel.VectorKernel.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The dot products of [VectorKernel]: summation, and folding of 16 sums into one.
///
/// It avoids `reduceLanes`, whose order of additions depends on the compiler's tier. Instead, each folding
/// step adds to every lane its neighbour 4, 2 or 1 places away, after which all lanes hold the
/// same sum. Swapping the operands of an addition does not change its bits.
final class VectorDots {
  /// The species in which kernels of 8 or more lanes fold the sums of a batch.
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;

  private static final VectorShuffle<Float> ACROSS_4 = across(4);
  private static final VectorShuffle<Float> ACROSS_2 = across(2);
  private static final VectorShuffle<Float> ACROSS_1 = across(1);

  /// The lanes whose number has that bit.
  private static final VectorMask<Float> PLACES_4 = places(4);

  private static final VectorMask<Float> PLACES_2 = places(2);
  private static final VectorMask<Float> PLACES_1 = places(1);

  private VectorDots() {}

  private static VectorShuffle<Float> across(int places) {
    return VectorShuffle.fromOp(EIGHT, lane -> lane ^ places);
  }

  private static VectorMask<Float> places(int bit) {
    long lanes = 0;
    for (int lane = 0; lane < EIGHT.length(); lane++) {
      lanes |= (lane & bit) == 0 ? 0 : 1L << lane;
    }
    return VectorMask.fromLong(EIGHT, lanes);
  }

  /// Computes the errors of a batch into `scratch.errors`: its targets minus the dot products of the user's
  /// row with its item rows.
  static void errors(
      Scratch scratch, float[] users, int userAt, float[] items, int stride, int batch) {
    if (LANES == 16) {
      sumsOf8In16(scratch, users, userAt, items, stride);
      errorsOf8(scratch);
    } else if (LANES == 8) {
      if (batch > BATCH / 2) {
        sumsOf8(scratch, users, userAt, items, stride);
      } else {
        sumsOf4(scratch, users, userAt, items, stride);
      }
      errorsOf8(scratch);
    } else {
      for (int b = 0; b < batch; b++) {
        float dot = dot(scratch, users, userAt, items, scratch.at[b], stride);
        scratch.errors[b] = scratch.targets[b] - dot;
      }
    }
  }

  /// Computes the sums of 8 dot products with 8 lanes: two accumulators each, for even and odd slices.
  private static void sumsOf8(
      Scratch scratch, float[] users, int userAt, float[] items, int stride) {
    int[] at = scratch.at;
    float[] sums = scratch.sums;
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    int at4 = at[4];
    int at5 = at[5];
    int at6 = at[6];
    int at7 = at[7];
    FloatVector even0 = FloatVector.zero(SPECIES);
    FloatVector even1 = even0;
    FloatVector even2 = even0;
    FloatVector even3 = even0;
    FloatVector even4 = even0;
    FloatVector even5 = even0;
    FloatVector even6 = even0;
    FloatVector even7 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    FloatVector odd2 = even0;
    FloatVector odd3 = even0;
    FloatVector odd4 = even0;
    FloatVector odd5 = even0;
    FloatVector odd6 = even0;
    FloatVector odd7 = even0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      even0 = user.fma(FloatVector.fromArray(SPECIES, items, at0 + i), even0);
      even1 = user.fma(FloatVector.fromArray(SPECIES, items, at1 + i), even1);
      even2 = user.fma(FloatVector.fromArray(SPECIES, items, at2 + i), even2);
      even3 = user.fma(FloatVector.fromArray(SPECIES, items, at3 + i), even3);
      even4 = user.fma(FloatVector.fromArray(SPECIES, items, at4 + i), even4);
      even5 = user.fma(FloatVector.fromArray(SPECIES, items, at5 + i), even5);
      even6 = user.fma(FloatVector.fromArray(SPECIES, items, at6 + i), even6);
      even7 = user.fma(FloatVector.fromArray(SPECIES, items, at7 + i), even7);
      user = FloatVector.fromArray(SPECIES, users, userAt + i + 8);
      odd0 = user.fma(FloatVector.fromArray(SPECIES, items, at0 + i + 8), odd0);
      odd1 = user.fma(FloatVector.fromArray(SPECIES, items, at1 + i + 8), odd1);
      odd2 = user.fma(FloatVector.fromArray(SPECIES, items, at2 + i + 8), odd2);
      odd3 = user.fma(FloatVector.fromArray(SPECIES, items, at3 + i + 8), odd3);
      odd4 = user.fma(FloatVector.fromArray(SPECIES, items, at4 + i + 8), odd4);
      odd5 = user.fma(FloatVector.fromArray(SPECIES, items, at5 + i + 8), odd5);
      odd6 = user.fma(FloatVector.fromArray(SPECIES, items, at6 + i + 8), odd6);
      odd7 = user.fma(FloatVector.fromArray(SPECIES, items, at7 + i + 8), odd7);
    }
    even0.add(odd0).intoArray(sums, 0);
    even1.add(odd1).intoArray(sums, VIRTUAL_LANES);
    even2.add(odd2).intoArray(sums, 2 * VIRTUAL_LANES);
    even3.add(odd3).intoArray(sums, 3 * VIRTUAL_LANES);
    even4.add(odd4).intoArray(sums, 4 * VIRTUAL_LANES);
    even5.add(odd5).intoArray(sums, 5 * VIRTUAL_LANES);
    even6.add(odd6).intoArray(sums, 6 * VIRTUAL_LANES);
    even7.add(odd7).intoArray(sums, 7 * VIRTUAL_LANES);
  }

  /// Computes the sums of 4 dot products with 8 lanes: two accumulators each, for even and odd slices.
  private static void sumsOf4(
      Scratch scratch, float[] users, int userAt, float[] items, int stride) {
    int[] at = scratch.at;
    float[] sums = scratch.sums;
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    FloatVector even0 = FloatVector.zero(SPECIES);
    FloatVector even1 = even0;
    FloatVector even2 = even0;
    FloatVector even3 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    FloatVector odd2 = even0;
    FloatVector odd3 = even0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      even0 = user.fma(FloatVector.fromArray(SPECIES, items, at0 + i), even0);
      even1 = user.fma(FloatVector.fromArray(SPECIES, items, at1 + i), even1);
      even2 = user.fma(FloatVector.fromArray(SPECIES, items, at2 + i), even2);
      even3 = user.fma(FloatVector.fromArray(SPECIES, items, at3 + i), even3);
      user = FloatVector.fromArray(SPECIES, users, userAt + i + 8);
      odd0 = user.fma(FloatVector.fromArray(SPECIES, items, at0 + i + 8), odd0);
      odd1 = user.fma(FloatVector.fromArray(SPECIES, items, at1 + i + 8), odd1);
      odd2 = user.fma(FloatVector.fromArray(SPECIES, items, at2 + i + 8), odd2);
      odd3 = user.fma(FloatVector.fromArray(SPECIES, items, at3 + i + 8), odd3);
    }
    even0.add(odd0).intoArray(sums, 0);
    even1.add(odd1).intoArray(sums, VIRTUAL_LANES);
    even2.add(odd2).intoArray(sums, 2 * VIRTUAL_LANES);
    even3.add(odd3).intoArray(sums, 3 * VIRTUAL_LANES);
  }

  /// Computes the sums of 8 dot products with 16 lanes, and adds the upper half of each to the lower one.
  private static void sumsOf8In16(
      Scratch scratch, float[] users, int userAt, float[] items, int stride) {
    int[] at = scratch.at;
    float[] sums = scratch.sums;
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
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      sum0 = user.fma(FloatVector.fromArray(SPECIES, items, at0 + i), sum0);
      sum1 = user.fma(FloatVector.fromArray(SPECIES, items, at1 + i), sum1);
      sum2 = user.fma(FloatVector.fromArray(SPECIES, items, at2 + i), sum2);
      sum3 = user.fma(FloatVector.fromArray(SPECIES, items, at3 + i), sum3);
      sum4 = user.fma(FloatVector.fromArray(SPECIES, items, at4 + i), sum4);
      sum5 = user.fma(FloatVector.fromArray(SPECIES, items, at5 + i), sum5);
      sum6 = user.fma(FloatVector.fromArray(SPECIES, items, at6 + i), sum6);
      sum7 = user.fma(FloatVector.fromArray(SPECIES, items, at7 + i), sum7);
    }
    sum0.intoArray(sums, 0 * VIRTUAL_LANES);
    sum1.intoArray(sums, 1 * VIRTUAL_LANES);
    sum2.intoArray(sums, 2 * VIRTUAL_LANES);
    sum3.intoArray(sums, 3 * VIRTUAL_LANES);
    sum4.intoArray(sums, 4 * VIRTUAL_LANES);
    sum5.intoArray(sums, 5 * VIRTUAL_LANES);
    sum6.intoArray(sums, 6 * VIRTUAL_LANES);
    sum7.intoArray(sums, 7 * VIRTUAL_LANES);
    for (int b = 0; b < BATCH * VIRTUAL_LANES; b += VIRTUAL_LANES) {
      FloatVector lower = FloatVector.fromArray(EIGHT, sums, b);
      lower.add(FloatVector.fromArray(EIGHT, sums, b + EIGHT.length())).intoArray(sums, b);
    }
  }

  /// Folds the sums of eight dot products at once: each step adds neighbours 4, 2 or 1 places away and
  /// merges the results of two vectors, until lane b holds the dot product of rating b.
  private static void errorsOf8(Scratch scratch) {
    float[] sums = scratch.sums;
    FloatVector a = FloatVector.fromArray(EIGHT, sums, 0);
    FloatVector b = FloatVector.fromArray(EIGHT, sums, 4 * VIRTUAL_LANES);
    a = a.add(a.rearrange(ACROSS_4));
    b = b.add(b.rearrange(ACROSS_4));
    FloatVector of0And4 = a.blend(b, PLACES_4);
    a = FloatVector.fromArray(EIGHT, sums, 1 * VIRTUAL_LANES);
    b = FloatVector.fromArray(EIGHT, sums, 5 * VIRTUAL_LANES);
    a = a.add(a.rearrange(ACROSS_4));
    b = b.add(b.rearrange(ACROSS_4));
    FloatVector of1And5 = a.blend(b, PLACES_4);
    a = FloatVector.fromArray(EIGHT, sums, 2 * VIRTUAL_LANES);
    b = FloatVector.fromArray(EIGHT, sums, 6 * VIRTUAL_LANES);
    a = a.add(a.rearrange(ACROSS_4));
    b = b.add(b.rearrange(ACROSS_4));
    FloatVector of2And6 = a.blend(b, PLACES_4);
    a = FloatVector.fromArray(EIGHT, sums, 3 * VIRTUAL_LANES);
    b = FloatVector.fromArray(EIGHT, sums, 7 * VIRTUAL_LANES);
    a = a.add(a.rearrange(ACROSS_4));
    b = b.add(b.rearrange(ACROSS_4));
    FloatVector of3And7 = a.blend(b, PLACES_4);
    a = of0And4.add(of0And4.rearrange(ACROSS_2));
    b = of2And6.add(of2And6.rearrange(ACROSS_2));
    FloatVector even = a.blend(b, PLACES_2);
    a = of1And5.add(of1And5.rearrange(ACROSS_2));
    b = of3And7.add(of3And7.rearrange(ACROSS_2));
    FloatVector odd = a.blend(b, PLACES_2);
    a = even.add(even.rearrange(ACROSS_1));
    b = odd.add(odd.rearrange(ACROSS_1));
    FloatVector.fromArray(EIGHT, scratch.targets, 0)
        .sub(a.blend(b, PLACES_1))
        .intoArray(scratch.errors, 0);
  }

  static float dot(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    switch (LANES) {
      case 4 -> sumsIn4(scratch, a, aAt, b, bAt, stride);
      case 8 -> sumsIn8(scratch, a, aAt, b, bAt, stride);
      default -> sumsIn16(scratch, a, aAt, b, bAt, stride);
    }
    return scratch.foldSums(LANES);
  }

  private static void sumsIn4(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector of = FloatVector.fromArray(SPECIES, a, aAt + i);
      sum0 = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i), sum0);
      of = FloatVector.fromArray(SPECIES, a, aAt + i + 4);
      sum1 = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i + 4), sum1);
      of = FloatVector.fromArray(SPECIES, a, aAt + i + 8);
      sum2 = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i + 8), sum2);
      of = FloatVector.fromArray(SPECIES, a, aAt + i + 12);
      sum3 = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i + 12), sum3);
    }
    sum0.add(sum2).add(sum1.add(sum3)).intoArray(scratch.sums, 0);
  }

  private static void sumsIn8(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = even;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector of = FloatVector.fromArray(SPECIES, a, aAt + i);
      even = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i), even);
      of = FloatVector.fromArray(SPECIES, a, aAt + i + 8);
      odd = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i + 8), odd);
    }
    even.add(odd).intoArray(scratch.sums, 0);
  }

  private static void sumsIn16(
      Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector of = FloatVector.fromArray(SPECIES, a, aAt + i);
      sum = of.fma(FloatVector.fromArray(SPECIES, b, bAt + i), sum);
    }
    sum.intoArray(scratch.sums, 0);
  }
}
