package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The reference implementation: plain loops over floats. It runs everywhere, and it is the fastest
/// on a JVM whose only compiler is C1.
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
      UpdateCoefficients rates,
      Scratch scratch,
      float[] users,
      int userAt,
      float[] items,
      int batch) {
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
    for (int j = 0; j < count; j++) {
      out[j] = dotOf8Sums(row, rowAt, rows, index[from + j] * stride, stride);
    }
  }

  private static float dotOf8Sums(float[] a, int aAt, float[] b, int bAt, int stride) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    float sum4 = 0;
    float sum5 = 0;
    float sum6 = 0;
    float sum7 = 0;
    for (int i = 0; i < stride; i += 8) {
      sum0 = Math.fma(a[aAt + i], b[bAt + i], sum0);
      sum1 = Math.fma(a[aAt + i + 1], b[bAt + i + 1], sum1);
      sum2 = Math.fma(a[aAt + i + 2], b[bAt + i + 2], sum2);
      sum3 = Math.fma(a[aAt + i + 3], b[bAt + i + 3], sum3);
      sum4 = Math.fma(a[aAt + i + 4], b[bAt + i + 4], sum4);
      sum5 = Math.fma(a[aAt + i + 5], b[bAt + i + 5], sum5);
      sum6 = Math.fma(a[aAt + i + 6], b[bAt + i + 6], sum6);
      sum7 = Math.fma(a[aAt + i + 7], b[bAt + i + 7], sum7);
    }
    return ((sum0 + sum4) + (sum2 + sum6)) + ((sum1 + sum5) + (sum3 + sum7));
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
    for (int j = 0; j < count; j++) {
      float factor = factors[j];
      int at = index[from + j] * stride;
      for (int i = 0; i < stride; i++) {
        sum[sumAt + i] = Math.fma(factor, rows[at + i], sum[sumAt + i]);
      }
    }
  }

  @Override
  public void gram(float[] rows, int stride, int from, int count, float[] gram) {
    Arrays.fill(gram, 0, stride * stride, 0);
    for (int row = from; row < from + count; row++) {
      int at = row * stride;
      for (int i = 0; i < stride; i++) {
        float factor = rows[at + i];
        int gramAt = i * stride;
        for (int j = i; j < stride; j++) {
          gram[gramAt + j] = Math.fma(factor, rows[at + j], gram[gramAt + j]);
        }
      }
    }
  }

  @Override
  public void multiply(
      float[] rows, int stride, int from, int count, float[] matrix, float[] copy) {
    System.arraycopy(rows, from * stride, copy, 0, count * stride);
    Arrays.fill(rows, from * stride, (from + count) * stride, 0);
    for (int row = 0; row < count; row++) {
      int at = (from + row) * stride;
      for (int l = 0; l < stride; l++) {
        float factor = copy[row * stride + l];
        int matrixAt = l * stride;
        for (int i = 0; i < stride; i++) {
          rows[at + i] = Math.fma(factor, matrix[matrixAt + i], rows[at + i]);
        }
      }
    }
  }

  @Override
  public void multiplyPanel(
      float[] rows, int stride, int count, float[] panel, float[][] out, int outAt) {
    for (int row = 0; row < count; row++) {
      float[] sums = out[row];
      Arrays.fill(sums, outAt, outAt + VIRTUAL_LANES, 0);
      for (int f = 0; f < stride; f++) {
        float factor = rows[row * stride + f];
        for (int j = 0; j < VIRTUAL_LANES; j++) {
          sums[outAt + j] = Math.fma(factor, panel[f * VIRTUAL_LANES + j], sums[outAt + j]);
        }
      }
    }
  }
}
