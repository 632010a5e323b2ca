package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.LearningRates;
import com.craftyverse.recsys.kernel.LearningRates.Rate;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.train.RandomStream.Purpose;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One training run: stochastic gradient descent over the blocks of a [TrainingSet].
///
/// For maintainers. An epoch is `side` rounds; a round takes one block of each row and column of
/// the grid (a stratum of Gemulla et al., KDD 2011). The blocks of a round share neither users nor
/// items, so threads take them in any order and the result is the same to the bit. Within a block,
/// chunks of users are visited in an order drawn for the epoch and block. Sums of errors are kept
/// for each block and added up in the blocks' order.
final class Trainer {
  /// Epochs without improvement after which a run ends.
  static final int PATIENCE = 5;

  /// Kept of the time that there is for writing the model.
  private static final double SECONDS_TO_WRITE = 30;

  /// Step and penalty of the biases, as parts of those of the factors.
  private static final float BIAS_STEP = 0.5f;

  private static final float BIAS_PENALTY = 0.3f;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  /// What a run came to.
  ///
  /// @param factors of the best epoch
  /// @param history an entry for each epoch that was run
  /// @param best the entry of the epoch whose factors these are
  /// @param ending how the run ended
  /// @param outOfTime whether it ended because the time was nearly up
  record Outcome(
      Factors factors, List<Epoch> history, Epoch best, String ending, boolean outOfTime) {}

  private final String what;
  private final TrainingSet training;
  private final ValidationSet validation;
  private final TrainParameters parameters;
  private final Kernel kernel;
  private final Workers workers;
  private final RowLayout layout;
  private final float mean;
  private final Scratch[] scratches;
  private final float[][] predictions;
  private final double[] blockErrors;
  private final double[] sliceErrors;

  /// @param what the work, for the log
  Trainer(
      String what,
      TrainingSet training,
      ValidationSet validation,
      TrainParameters parameters,
      Kernel kernel,
      Workers workers) {
    this.what = what;
    this.training = training;
    this.validation = validation;
    this.parameters = parameters;
    this.kernel = kernel;
    this.workers = workers;
    this.layout = new RowLayout(parameters.factors());
    this.mean = parameters.biased() ? (float) training.mean() : 0;
    this.scratches = new Scratch[workers.threads()];
    this.predictions = new float[workers.threads()][ValidationSet.SLICE_ROWS];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch();
    }
    this.blockErrors = new double[training.side() * training.side()];
    this.sliceErrors = new double[validation.slices().size()];
  }

  /// μ of the model, 0 for `dot`.
  float mean() {
    return mean;
  }

  /// Trains.
  ///
  /// @throws InterruptedIOException when the thread was interrupted
  /// @throws RequestException when the errors grow without bound
  Outcome run() throws IOException {
    double level = parameters.biased() ? 0 : training.mean();
    Factors factors =
        Factors.initial(layout, training.users(), training.items(), level, parameters.seed());
    boolean validated = validation.isEvidence();
    Factors bestFactors = validated ? factors.copy() : factors;
    List<Epoch> history = new ArrayList<>();
    Epoch best = null;
    double seconds = 0;
    for (int number = 1; number <= parameters.epochs(); number++) {
      Epoch epoch = epoch(factors, number);
      history.add(epoch);
      seconds += epoch.seconds();
      if (!validated || best == null || rmse(epoch) < rmse(best)) {
        best = epoch;
        if (validated) {
          bestFactors.set(factors);
        }
      }
      tell(epoch, seconds);
      if (best != null && number - best.epoch() == PATIENCE) {
        String ending =
            String.format(
                Locale.ROOT,
                "validation RMSE did not improve for %d epochs after epoch %d",
                PATIENCE,
                best.epoch());
        return new Outcome(bestFactors, history, best, ending, false);
      }
      if (best != null && number < parameters.epochs() && isTimeUp(history)) {
        String ending =
            String.format(
                Locale.ROOT,
                "stopped after epoch %d of %d, because the time was nearly up",
                number,
                parameters.epochs());
        return new Outcome(bestFactors, history, best, ending, true);
      }
    }
    if (best == null || !bestFactors.isFinite()) {
      throw diverged(parameters.epochs());
    }
    String ending =
        validated
            ? String.format(
                Locale.ROOT,
                "all %d epochs were run; validation RMSE is lowest after epoch %d",
                parameters.epochs(),
                best.epoch())
            : String.format(
                Locale.ROOT,
                "all %d epochs were run, without early stopping: %,d validation ratings of %,d"
                    + " users are too few to decide by (%,d of %,d are needed)",
                parameters.epochs(),
                validation.rows(),
                validation.users(),
                ValidationSet.EVIDENCE_ROWS,
                ValidationSet.EVIDENCE_USERS);
    return new Outcome(bestFactors, history, best, ending, false);
  }

  /// Whether another epoch, as long as the longest so far and half as much again, would leave too
  /// little time to write the model.
  private static boolean isTimeUp(List<Epoch> history) {
    double longest = history.stream().mapToDouble(Epoch::seconds).max().orElse(0);
    return Deadline.remaining()
        .map(left -> left.toMillis() / 1e3 < 1.5 * longest + SECONDS_TO_WRITE)
        .orElse(false);
  }

  private static double rmse(Epoch epoch) {
    Double rmse = epoch.validationRmse();
    return rmse == null ? Double.NaN : rmse;
  }

  private Epoch epoch(Factors factors, int number) throws IOException {
    double learningRate = learningRate(number);
    long start = System.nanoTime();
    double trainRmse = train(factors, number, learningRate);
    double trainSeconds = (System.nanoTime() - start) / 1e9;
    if (!Double.isFinite(trainRmse)) {
      throw diverged(number);
    }
    Double validationRmse = validate(factors);
    if (validationRmse != null && !Double.isFinite(validationRmse)) {
      throw diverged(number);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Epoch(
        number, trainRmse, validationRmse, learningRate, seconds, training.rows() / trainSeconds);
  }

  private RequestException diverged(int epoch) {
    return RequestException.unprocessable(
        String.format(
            Locale.ROOT,
            "%s diverged in epoch %d: the errors are not finite; lower 'learningRate' (it is %s)",
            what,
            epoch,
            parameters.learningRate()));
  }

  /// Falls in a straight line, from the given rate in the first epoch to its `epochs`th part in the
  /// last.
  double learningRate(int epoch) {
    return parameters.learningRate() * (parameters.epochs() + 1 - epoch) / parameters.epochs();
  }

  private LearningRates rates(double learningRate) {
    float step = (float) learningRate;
    float penalty = (float) parameters.regularization();
    Rate rate = new Rate(step, penalty);
    Rate bias =
        parameters.biased() ? new Rate(BIAS_STEP * step, BIAS_PENALTY * penalty) : Rate.FIXED;
    return new LearningRates(layout, mean, rate, rate, bias, bias);
  }

  private double train(Factors factors, int epoch, double learningRate) throws IOException {
    LearningRates rates = rates(learningRate);
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
      Factors factors, TrainingSet.Block block, int[] order, LearningRates rates, Scratch scratch)
      throws InterruptedIOException {
    double squares = 0;
    for (int chunk : order) {
      workers.checkStopped();
      squares +=
          train(
              factors,
              block,
              block.chunkStarts()[chunk],
              block.chunkStarts()[chunk + 1],
              rates,
              scratch);
    }
    return squares;
  }

  private double train(
      Factors factors,
      TrainingSet.Block block,
      int from,
      int to,
      LearningRates rates,
      Scratch scratch) {
    MemorySegment users = block.user();
    int stride = layout.stride();
    double squares = 0;
    int start = from;
    while (start < to) {
      int user = users.get(Buffers.INT32, (long) start * Integer.BYTES);
      int end = start + 1;
      while (end < to && users.get(Buffers.INT32, (long) end * Integer.BYTES) == user) {
        end++;
      }
      squares +=
          kernel.update(
              rates,
              scratch,
              factors.users(),
              user * stride,
              factors.items(),
              block.item(),
              block.rating(),
              start,
              end - start);
      start = end;
    }
    return squares;
  }

  private @Nullable Double validate(Factors factors) throws IOException {
    if (validation.rows() == 0) {
      return null;
    }
    List<ValidationSet.Slice> slices = validation.slices();
    workers.run(
        slices.size(),
        (slice, worker) ->
            sliceErrors[slice] =
                squares(factors, slices.get(slice), scratches[worker], predictions[worker]));
    return Math.sqrt(sum(sliceErrors) / validation.rows());
  }

  private double squares(
      Factors factors, ValidationSet.Slice slice, Scratch scratch, float[] predicted) {
    kernel.predict(
        scratch,
        mean,
        factors.users(),
        factors.items(),
        layout.stride(),
        slice.user(),
        slice.item(),
        slice.from(),
        slice.rows(),
        predicted);
    double squares = 0;
    for (int i = 0; i < slice.rows(); i++) {
      float rating = slice.rating().get(Buffers.FLOAT32, (slice.from() + (long) i) * Float.BYTES);
      float prediction = Math.clamp(predicted[i], training.lowest(), training.highest());
      double error = rating - prediction;
      squares += error * error;
    }
    return squares;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private void tell(Epoch epoch, double secondsSoFar) {
    int left = parameters.epochs() - epoch.epoch();
    Double validationRmse = epoch.validationRmse();
    String validated =
        validationRmse == null
            ? ""
            : String.format(Locale.ROOT, ", validation RMSE %.4f", validationRmse);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: epoch %d/%d, train RMSE %.4f%s, learning rate %.4f, %s updates/s, %s left",
            what,
            epoch.epoch(),
            parameters.epochs(),
            epoch.trainRmse(),
            validated,
            epoch.learningRate(),
            Progress.rate(epoch.updatesPerSecond()),
            Progress.duration(secondsSoFar / epoch.epoch() * left)));
  }
}
