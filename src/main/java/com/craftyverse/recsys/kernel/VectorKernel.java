package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The kernel in vector instructions. The only class that needs the module `jdk.incubator.vector`;
/// it is loaded by [Kernels] alone, once the module is known to be there.
///
/// For maintainers. A batch is learned in passes of small methods: the first takes the dot products,
/// slices of the row outside and ratings inside; the second folds each and leaves the error in
/// scratch memory as a whole vector; the third goes over the slices once, updates the items' rows and
/// adds up the user's gradient; the last updates the user's row. None holds a row in registers, of
/// which there may be 16 only.
///
/// `reduceLanes` is not used: its order of additions depends on the compiler's tier. The 16 sums
/// are folded by rotations instead, each adding to every lane the one 8, 4, 2, 1 places on, after
/// which all lanes hold the same sum. Nothing else here depends on the order of lanes.
///
/// Methods are kept short, and passes hand over vectors in memory, for two reasons. C1 refuses long
/// straight-line vector code ("out of virtual registers"), and such a method then never reaches C2.
/// And C2 stops inlining when a method has grown too much ("NodeCountInliningCutoff" in
/// `-XX:+PrintInlining`): vectors that go through the call which is left become objects, at 100 bytes
/// and a multiple of the time for each rating.
final class VectorKernel implements Kernel {
  /// Overrides the lane width, for tests: 4, 8 or 16 floats.
  static final String LANES_PROPERTY = "recsys.kernel.lanes";

  private static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  /// Wider vectors than 256 bits are taken on request only: their rotations cost more than their
  /// width saves, and rows on the heap do not start at multiples of their size.
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

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) % LANES);
  }

  /// Bits of the vectors that the processor has, by the platform's own judgement.
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
      LearningRates rates,
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
      gather(rates, scratch, item, rating, from + done, batch);
      errors(rates, scratch, users, userAt, items, batch);
      if (batch == BATCH) {
        learnBatch(rates, scratch, users, userAt, items);
      } else {
        learnRest(rates, scratch, users, userAt, items, batch);
      }
      learnUser(rates, scratch, users, userAt, batch);
      for (int b = 0; b < batch; b++) {
        double error = scratch.errors[b * VIRTUAL_LANES];
        squares += error * error;
      }
    }
    return squares;
  }

  private static void gather(
      LearningRates rates,
      Scratch scratch,
      MemorySegment item,
      MemorySegment rating,
      long from,
      int batch) {
    for (int b = 0; b < batch; b++) {
      long row = (from + b) * Integer.BYTES;
      scratch.at[b] = item.get(INT32, row) * rates.stride;
      scratch.targets[b] = rating.get(FLOAT32, row) - rates.mean;
    }
  }

  private static void errors(
      LearningRates rates, Scratch scratch, float[] users, int userAt, float[] items, int batch) {
    int b = 0;
    if (LANES >= 8) {
      for (; b <= batch - 4; b += 4) {
        errorsOf4(scratch, users, userAt, items, rates.stride, b);
      }
    }
    for (; b < batch; b++) {
      sums(users, userAt, items, scratch.at[b], rates.stride)
          .intoArray(scratch.errors, b * VIRTUAL_LANES);
    }
    for (b = 0; b < batch; b++) {
      FloatVector dot = fold(error(scratch.errors, b));
      FloatVector.broadcast(SPECIES, scratch.targets[b])
          .sub(dot)
          .intoArray(scratch.errors, b * VIRTUAL_LANES);
    }
  }

  private static void errorsOf4(
      Scratch scratch, float[] users, int userAt, float[] items, int stride, int b) {
    if (LANES == 8) {
      errorsOf4In8(scratch, users, userAt, items, stride, b);
    } else {
      errorsOf4In16(scratch, users, userAt, items, stride, b);
    }
  }

  private static void errorsOf4In8(
      Scratch scratch, float[] users, int userAt, float[] items, int stride, int b) {
    int at0 = scratch.at[b];
    int at1 = scratch.at[b + 1];
    int at2 = scratch.at[b + 2];
    int at3 = scratch.at[b + 3];
    FloatVector even0 = FloatVector.zero(SPECIES);
    FloatVector even1 = even0;
    FloatVector even2 = even0;
    FloatVector even3 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    FloatVector odd2 = even0;
    FloatVector odd3 = even0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector user = load(users, userAt + i);
      even0 = user.fma(load(items, at0 + i), even0);
      even1 = user.fma(load(items, at1 + i), even1);
      even2 = user.fma(load(items, at2 + i), even2);
      even3 = user.fma(load(items, at3 + i), even3);
      user = load(users, userAt + i + 8);
      odd0 = user.fma(load(items, at0 + i + 8), odd0);
      odd1 = user.fma(load(items, at1 + i + 8), odd1);
      odd2 = user.fma(load(items, at2 + i + 8), odd2);
      odd3 = user.fma(load(items, at3 + i + 8), odd3);
    }
    float[] sums = scratch.errors;
    even0.add(odd0).intoArray(sums, b * VIRTUAL_LANES);
    even1.add(odd1).intoArray(sums, (b + 1) * VIRTUAL_LANES);
    even2.add(odd2).intoArray(sums, (b + 2) * VIRTUAL_LANES);
    even3.add(odd3).intoArray(sums, (b + 3) * VIRTUAL_LANES);
  }

  private static void errorsOf4In16(
      Scratch scratch, float[] users, int userAt, float[] items, int stride, int b) {
    int at0 = scratch.at[b];
    int at1 = scratch.at[b + 1];
    int at2 = scratch.at[b + 2];
    int at3 = scratch.at[b + 3];
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      FloatVector user = load(users, userAt + i);
      sum0 = user.fma(load(items, at0 + i), sum0);
      sum1 = user.fma(load(items, at1 + i), sum1);
      sum2 = user.fma(load(items, at2 + i), sum2);
      sum3 = user.fma(load(items, at3 + i), sum3);
    }
    float[] sums = scratch.errors;
    sum0.intoArray(sums, b * VIRTUAL_LANES);
    sum1.intoArray(sums, (b + 1) * VIRTUAL_LANES);
    sum2.intoArray(sums, (b + 2) * VIRTUAL_LANES);
    sum3.intoArray(sums, (b + 3) * VIRTUAL_LANES);
  }

  /// The second pass over a full batch.
  private static void learnBatch(
      LearningRates rates, Scratch scratch, float[] users, int userAt, float[] items) {
    int[] at = scratch.at;
    float[] errors = scratch.errors;
    int stride = rates.stride;
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    int at4 = at[4];
    int at5 = at[5];
    int at6 = at[6];
    int at7 = at[7];
    for (int i = 0; i < stride; i += LANES) {
      FloatVector user = load(users, userAt + i);
      FloatVector step = load(rates.itemStep, i).mul(user);
      FloatVector decay = load(rates.itemDecay, i);
      FloatVector gradient = FloatVector.zero(SPECIES);
      gradient = learn(items, at0 + i, error(errors, 0), step, decay, gradient);
      gradient = learn(items, at1 + i, error(errors, 1), step, decay, gradient);
      gradient = learn(items, at2 + i, error(errors, 2), step, decay, gradient);
      gradient = learn(items, at3 + i, error(errors, 3), step, decay, gradient);
      gradient = learn(items, at4 + i, error(errors, 4), step, decay, gradient);
      gradient = learn(items, at5 + i, error(errors, 5), step, decay, gradient);
      gradient = learn(items, at6 + i, error(errors, 6), step, decay, gradient);
      gradient = learn(items, at7 + i, error(errors, 7), step, decay, gradient);
      gradient.intoArray(scratch.gradient, i);
    }
  }

  /// The second pass over fewer ratings than a full batch.
  private static void learnRest(
      LearningRates rates, Scratch scratch, float[] users, int userAt, float[] items, int batch) {
    int stride = rates.stride;
    for (int i = 0; i < stride; i += LANES) {
      FloatVector user = load(users, userAt + i);
      FloatVector step = load(rates.itemStep, i).mul(user);
      FloatVector decay = load(rates.itemDecay, i);
      FloatVector gradient = FloatVector.zero(SPECIES);
      for (int b = 0; b < batch; b++) {
        FloatVector error = error(scratch.errors, b);
        gradient = learn(items, scratch.at[b] + i, error, step, decay, gradient);
      }
      gradient.intoArray(scratch.gradient, i);
    }
  }

  /// Updates one slice of an item's row, and returns the user's gradient with it.
  private static FloatVector learn(
      float[] items,
      int at,
      FloatVector error,
      FloatVector step,
      FloatVector decay,
      FloatVector gradient) {
    FloatVector item = load(items, at);
    error.fma(step, item.mul(decay)).intoArray(items, at);
    return error.fma(item, gradient);
  }

  private static void learnUser(
      LearningRates rates, Scratch scratch, float[] users, int userAt, int batch) {
    int stride = rates.stride;
    for (int i = 0; i < stride; i += LANES) {
      FloatVector kept = load(users, userAt + i).mul(load(rates.userDecay, batch * stride + i));
      load(rates.userStep, i).fma(load(scratch.gradient, i), kept).intoArray(users, userAt + i);
    }
  }

  @Override
  public float dot(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    return fold(sums(a, aAt, b, bAt, stride)).lane(0);
  }

  /// The sums that are left to fold.
  private static FloatVector sums(float[] a, int aAt, float[] b, int bAt, int stride) {
    return switch (LANES) {
      case 4 -> sumsIn4(a, aAt, b, bAt, stride);
      case 8 -> sumsIn8(a, aAt, b, bAt, stride);
      default -> sumsIn16(a, aAt, b, bAt, stride);
    };
  }

  private static FloatVector sumsIn4(float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      sum0 = load(a, aAt + i).fma(load(b, bAt + i), sum0);
      sum1 = load(a, aAt + i + 4).fma(load(b, bAt + i + 4), sum1);
      sum2 = load(a, aAt + i + 8).fma(load(b, bAt + i + 8), sum2);
      sum3 = load(a, aAt + i + 12).fma(load(b, bAt + i + 12), sum3);
    }
    return sum0.add(sum2).add(sum1.add(sum3));
  }

  private static FloatVector sumsIn8(float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = even;
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      even = load(a, aAt + i).fma(load(b, bAt + i), even);
      odd = load(a, aAt + i + 8).fma(load(b, bAt + i + 8), odd);
    }
    return even.add(odd);
  }

  private static FloatVector sumsIn16(float[] a, int aAt, float[] b, int bAt, int stride) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < stride; i += VIRTUAL_LANES) {
      sum = load(a, aAt + i).fma(load(b, bAt + i), sum);
    }
    return sum;
  }

  /// What is left of the tree of additions within one vector; every lane of the result holds the
  /// sum.
  private static FloatVector fold(FloatVector sums) {
    FloatVector folded = sums;
    if (LANES == 16) {
      folded = folded.add(folded.rearrange(BY_8));
    }
    if (LANES >= 8) {
      folded = folded.add(folded.rearrange(BY_4));
    }
    folded = folded.add(folded.rearrange(BY_2));
    return folded.add(folded.rearrange(BY_1));
  }

  private static FloatVector load(float[] values, int at) {
    return FloatVector.fromArray(SPECIES, values, at);
  }

  private static FloatVector error(float[] errors, int b) {
    return load(errors, b * VIRTUAL_LANES);
  }
}
