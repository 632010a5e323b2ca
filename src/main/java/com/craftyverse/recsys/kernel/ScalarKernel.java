package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The reference: plain loops over floats. It runs everywhere, and under a JVM whose only compiler
/// is C1 it is the fast one.
final class ScalarKernel implements Kernel {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int lanes() {
    return 1;
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
      for (int b = 0; b < batch; b++) {
        long row = (from + done + b) * Integer.BYTES;
        int itemAt = item.get(INT32, row) * rates.stride;
        float target = rating.get(FLOAT32, row) - rates.mean;
        scratch.at[b] = itemAt;
        scratch.errors[b] = target - dot(scratch, users, userAt, items, itemAt, rates.stride);
      }
      squares += scratch.squares(batch);
      learn(rates, scratch, users, userAt, items, batch);
    }
    return squares;
  }

  private static void learn(
      LearningRates rates, Scratch scratch, float[] users, int userAt, float[] items, int batch) {
    for (int i = 0; i < rates.used; i++) {
      float user = users[userAt + i];
      float step = rates.itemStep[i] * user;
      float gradient = 0;
      for (int b = 0; b < batch; b++) {
        float error = scratch.errors[b];
        int at = scratch.at[b] + i;
        float item = items[at];
        gradient = Math.fma(error, item, gradient);
        items[at] = Math.fma(error, step, item * rates.itemDecay[i]);
      }
      users[userAt + i] =
          Math.fma(rates.userStep[i], gradient, user * rates.userDecay[batch * rates.stride + i]);
    }
  }

  @Override
  public float dot(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride) {
    float[] sums = scratch.sums;
    Arrays.fill(sums, 0, VIRTUAL_LANES, 0);
    for (int slice = 0; slice < stride; slice += VIRTUAL_LANES) {
      for (int lane = 0; lane < VIRTUAL_LANES; lane++) {
        sums[lane] = Math.fma(a[aAt + slice + lane], b[bAt + slice + lane], sums[lane]);
      }
    }
    return scratch.foldSums(VIRTUAL_LANES);
  }
}
