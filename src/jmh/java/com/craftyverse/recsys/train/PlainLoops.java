package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.train.RandomStream.Purpose;
import java.io.IOException;

/// An epoch in plain Java: the same order, blocks and threads, rating by rating, with loops that the
/// compiler may vectorize. Dot products use eight independent sums, because the order of summation
/// is free.
final class PlainLoops {
  private final TrainingSet training;
  private final TrainParameters parameters;
  private final int factors;
  private final int stride;
  private final float mean;
  private final Factors rows;

  PlainLoops(TrainingSet training, TrainParameters parameters) {
    this.training = training;
    this.parameters = parameters;
    this.factors = parameters.factors();
    RowLayout layout = new RowLayout(factors);
    this.stride = layout.stride();
    this.mean = (float) training.mean();
    this.rows =
        Factors.initial(
            layout,
            training.users(),
            training.items(),
            0,
            parameters.initialSpread(),
            1,
            parameters.seed());
  }

  double seconds(WorkerPool workers) {
    int side = training.side();
    long start = System.nanoTime();
    try {
      for (int shift = 0; shift < side; shift++) {
        int round = shift;
        workers.run(
            side,
            (userBlock, worker) ->
                train(training.block(userBlock, (userBlock + round) % side), userBlock + round));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void train(TrainingSet.Block block, int index) {
    int[] order =
        new RandomStream(parameters.seed(), Purpose.CHUNKS, index).permutation(block.chunks());
    for (int chunk : order) {
      for (int run = block.firstRun(chunk); run < block.endRun(chunk); run++) {
        train(block, block.users()[run] * stride, block.starts()[run], block.starts()[run + 1]);
      }
    }
  }

  private void train(TrainingSet.Block block, int user, int from, int to) {
    IntColumn items = block.item();
    FloatColumn ratings = block.rating();
    float rate = (float) parameters.learningRate();
    float decay = 1 - rate * (float) parameters.userRegularization();
    for (int row = from; row < to; row++) {
      int item = items.get(row) * stride;
      float error = ratings.get(row) - mean - dot(user, item);
      update(user, item, rate * error, decay);
    }
  }

  private float dot(int user, int item) {
    float[] p = rows.users();
    float[] q = rows.items();
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int i = 0; i < stride; i += 8) {
      s0 += p[user + i] * q[item + i];
      s1 += p[user + i + 1] * q[item + i + 1];
      s2 += p[user + i + 2] * q[item + i + 2];
      s3 += p[user + i + 3] * q[item + i + 3];
      s4 += p[user + i + 4] * q[item + i + 4];
      s5 += p[user + i + 5] * q[item + i + 5];
      s6 += p[user + i + 6] * q[item + i + 6];
      s7 += p[user + i + 7] * q[item + i + 7];
    }
    return (s0 + s1 + s2 + s3) + (s4 + s5 + s6 + s7);
  }

  private void update(int user, int item, float step, float decay) {
    float[] p = rows.users();
    float[] q = rows.items();
    for (int i = 0; i < factors; i++) {
      float a = p[user + i];
      float b = q[item + i];
      p[user + i] = a * decay + step * b;
      q[item + i] = b * decay + step * a;
    }
    p[user + factors] = p[user + factors] * decay + step;
    q[item + factors + 1] = q[item + factors + 1] * decay + step;
  }
}
