package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.kernel.UpdateCoefficients;
import com.craftyverse.recsys.kernel.UpdateCoefficients.FixedItemFactors;
import com.craftyverse.recsys.kernel.UpdateCoefficients.Rate;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.train.RandomStream.Purpose;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs epochs of the rating model: one pass of stochastic gradient descent over the blocks of a
/// [TrainingSet], then the errors on the [ValidationSet].
///
/// For maintainers. An epoch has `side` rounds. A round takes one block of each row and column of
/// the grid (a stratum of Gemulla et al., KDD 2011). The blocks of a round share neither users nor
/// items, so threads take them in any order and the result is bit-for-bit the same. Within a block,
/// chunks of users are visited in an order drawn for that epoch and block. Errors are summed
/// per block, and the sums are added in the order of the blocks.
///
/// Learning rates and regularization are in training's unit s ([TrainingSet#unit]), the factors in ratings.
/// With e = s e′, p = √s p′, q = √s q′ and b = s b′, the step `p′ ← (1 − ηλ) p′ + η e′q′` becomes
/// `p ← (1 − ηλ) p + (η ÷ s) e q`, and the step of a bias `b ← (1 − ηλ) b + η e`. So the unit costs nothing,
/// and no result needs to be converted back.
final class SgdEpoch {
  private final TrainingSet training;
  private final ValidationSet validation;
  private final TrainParameters parameters;
  private final RatingScale scale;
  private final Kernel kernel;
  private final WorkerPool workers;
  private final RowLayout layout;
  private final float mean;
  private final double unit;
  private final Scratch[] scratches;
  private final float[][] predictions;
  private final double[] blockErrors;
  private final double[] sliceErrors;
  private final long validationRows;

  SgdEpoch(
      TrainingSet training,
      ValidationSet validation,
      TrainParameters parameters,
      RatingScale scale,
      Kernel kernel,
      WorkerPool workers) {
    this.training = training;
    this.validation = validation;
    this.parameters = parameters;
    this.scale = scale;
    this.unit = training.unit(parameters.biased());
    this.kernel = kernel;
    this.workers = workers;
    this.layout = parameters.layout();
    this.mean = parameters.biased() ? (float) training.mean() : 0;
    this.scratches = new Scratch[workers.threads()];
    this.predictions = new float[workers.threads()][ValidationSet.SLICE_ROWS];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch(layout);
    }
    this.blockErrors = new double[training.side() * training.side()];
    this.sliceErrors = new double[validation.slices().size()];
    this.validationRows = validation.rowsOf(training);
  }

  /// Returns μ of the model; 0 for `dot`.
  float mean() {
    return mean;
  }

  private UpdateCoefficients rates(double learningRate) {
    double biasRate = learningRate / parameters.learningRate() * parameters.biasLearningRate();
    Rate bias = rate(biasRate, parameters.biasRegularization(), 1);
    return new UpdateCoefficients(
        layout,
        mean,
        rate(learningRate, parameters.userRegularization(), unit),
        rate(learningRate, parameters.itemRegularization(), unit),
        bias,
        bias,
        new FixedItemFactors(
            parameters.fixedItemFactors(),
            rate(ChoiceFactors.RATE * learningRate, parameters.userRegularization(), unit)));
  }

  private static Rate rate(double step, double penalty, double unit) {
    return new Rate((float) (step / unit), (float) (penalty * unit));
  }

  /// Learns from every rating once.
  ///
  /// @param epoch its number, which together with the seed determines the order
  /// @param learningRate of the factors
  /// @return the RMSE of each rating against the factors just before the model learned from it
  double train(Factors factors, int epoch, double learningRate) throws IOException {
    UpdateCoefficients rates = rates(learningRate);
    int side = training.side();
    int[] rounds = new RandomStream(parameters.seed(), Purpose.ROUNDS, epoch).permutation(side);
    for (int shift : rounds) {
      workers.run(
          side,
          (userBlock, worker) -> {
            int itemBlock = (userBlock + shift) % side;
            int block = userBlock * side + itemBlock;
            long index = (long) epoch * side * side + block;
            int[] order =
                new RandomStream(parameters.seed(), Purpose.CHUNKS, index)
                    .permutation(training.block(userBlock, itemBlock).chunks());
            blockErrors[block] =
                train(
                    factors, training.block(userBlock, itemBlock), order, rates, scratches[worker]);
          });
    }
    return Math.sqrt(sum(blockErrors) / training.rows());
  }

  private double train(
      Factors factors,
      TrainingSet.Block block,
      int[] order,
      UpdateCoefficients rates,
      Scratch scratch)
      throws InterruptedIOException {
    double squaredErrors = 0;
    for (int chunk : order) {
      workers.checkStopped();
      squaredErrors += train(factors, block, chunk, rates, scratch);
    }
    return squaredErrors;
  }

  private double train(
      Factors factors,
      TrainingSet.Block block,
      int chunk,
      UpdateCoefficients rates,
      Scratch scratch) {
    int[] users = block.users();
    int[] starts = block.starts();
    MemorySegment items = block.item().data();
    MemorySegment ratings = block.rating().data();
    int stride = layout.stride();
    int end = block.endRun(chunk);
    double squaredErrors = 0;
    for (int run = block.firstRun(chunk); run < end; run++) {
      if (!training.includes(users[run])) {
        continue;
      }
      squaredErrors +=
          kernel.update(
              rates,
              scratch,
              factors.users(),
              users[run] * stride,
              factors.items(),
              items,
              ratings,
              starts[run],
              starts[run + 1] - starts[run]);
    }
    return squaredErrors;
  }

  /// Returns the RMSE on the validation set, predictions clipped to the scale; null without ratings.
  @Nullable Double validate(Factors factors) throws IOException {
    if (validationRows == 0) {
      return null;
    }
    List<ValidationSet.Slice> slices = validation.slices();
    workers.run(
        slices.size(),
        (slice, worker) ->
            sliceErrors[slice] =
                squaredErrors(factors, slices.get(slice), scratches[worker], predictions[worker]));
    return Math.sqrt(sum(sliceErrors) / validationRows);
  }

  private double squaredErrors(
      Factors factors, ValidationSet.Slice slice, Scratch scratch, float[] predicted) {
    kernel.predict(
        scratch,
        mean,
        factors.users(),
        factors.items(),
        layout.stride(),
        slice.user().data(),
        slice.item().data(),
        slice.from(),
        slice.rows(),
        predicted);
    double squaredErrors = 0;
    for (int i = 0; i < slice.rows(); i++) {
      if (!training.includes(slice.user().get(slice.from() + i))) {
        continue;
      }
      float rating = slice.rating().get(slice.from() + i);
      double error = rating - scale.clip(predicted[i]);
      squaredErrors += error * error;
    }
    return squaredErrors;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
