package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.ProgressListener;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Runs the epochs of the rating model: early stopping, best-epoch selection, recovery from divergence.
final class TrainingLoop {
  /// How often divergence may cut the learning rate.
  static final int MAX_CUTS = 3;

  private static final double CUT = 0.5;

  /// An epoch has diverged if its training RMSE exceeds this multiple of the lowest so far.
  private static final double RISE = 1.05;

  /// The first epoch has diverged if it exceeds this multiple of the error of mean and random factors.
  private static final double FIRST_RISE = 2;

  /// Extra tolerance, in training's unit, for sets whose error is almost zero.
  private static final double MIN_RISE = 5e-3;

  private static final double SECONDS_BETWEEN_CHECKPOINTS = 300;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  /// Saves a run so that the next call, or a restart after a crash, can continue it.
  @FunctionalInterface
  interface CheckpointSink {
    void save(TrainingState state) throws IOException;
  }

  /// The result of a run.
  ///
  /// @param state with the best epoch's factors and the history
  /// @param best the entry of the best epoch
  /// @param ending how the run ended
  /// @param done whether it is finished; if not, it ran out of time and was saved
  record Outcome(TrainingState state, Epoch best, String ending, boolean done) {
    /// Returns the same run with another ending.
    Outcome with(String newEnding, boolean isDone) {
      return new Outcome(state, best, newEnding, isDone);
    }
  }

  private final String label;
  private final TrainingSet training;
  private final ValidationSet validation;
  private final TrainParameters parameters;
  private final SgdEpoch sgd;
  private final WorkerPool workers;
  private final boolean refit;
  private final boolean selectsBestEpoch;

  /// @param label name of the run in log lines
  /// @param validation selects the epoch to keep, if it is large enough
  /// @param refit whether the number of epochs is fixed, so that validation selects nothing
  TrainingLoop(
      String label,
      TrainingSet training,
      ValidationSet validation,
      TrainParameters parameters,
      SgdEpoch sgd,
      WorkerPool workers,
      boolean refit) {
    this.label = label;
    this.training = training;
    this.validation = validation;
    this.parameters = parameters;
    this.sgd = sgd;
    this.workers = workers;
    this.selectsBestEpoch = !refit && validation.isLargeEnough();
    this.refit = refit;
  }

  /// Returns whether validation selects the epoch to keep.
  boolean selectsBestEpoch() {
    return selectsBestEpoch;
  }

  /// Trains until the run is done or the time limit is near, and for at least one epoch.
  ///
  /// @param state where to start; updated in place
  /// @throws InterruptedIOException if the thread is interrupted
  /// @throws RequestException if the run keeps diverging at lower learning rates
  Outcome run(TrainingState state, TimeBudget budget, CheckpointSink sink) throws IOException {
    Epoch best = best(state.history());
    String ending = best == null ? null : ending(state.history(), best);
    double secondsSinceCheckpoint = 0;
    while (best == null || ending == null) {
      Epoch epoch = epoch(state);
      boolean better = isBetter(epoch, best);
      state.accept(epoch, better, workers);
      best = better || best == null ? epoch : best;
      report(epoch);
      ending = ending(state.history(), best);
      secondsSinceCheckpoint += epoch.seconds();
      boolean outOfTime = ending == null && budget.isNear(epoch.seconds());
      if (outOfTime || secondsSinceCheckpoint > SECONDS_BETWEEN_CHECKPOINTS) {
        sink.save(state);
        secondsSinceCheckpoint = 0;
      }
      if (outOfTime) {
        return new Outcome(state, best, outOfTimeReason(epoch.epoch()), false);
      }
    }
    return new Outcome(state.finished(), best, ending, true);
  }

  /// Without early stopping, the last epoch is the best.
  private boolean isBetter(Epoch epoch, @Nullable Epoch best) {
    return best == null || !selectsBestEpoch || rmse(epoch) < rmse(best);
  }

  private @Nullable Epoch best(List<Epoch> history) {
    Epoch best = null;
    for (Epoch epoch : history) {
      best = isBetter(epoch, best) ? epoch : best;
    }
    return best;
  }

  private static double rmse(Epoch epoch) {
    Double rmse = epoch.validationRmse();
    return rmse == null ? Double.NaN : rmse;
  }

  /// Returns why the run is done, or null if it is not.
  private @Nullable String ending(List<Epoch> history, Epoch best) {
    int epochs = history.size();
    if (epochs - best.epoch() == parameters.patience()) {
      return String.format(
          Locale.ROOT,
          "validation RMSE did not improve for %d epochs after epoch %d",
          parameters.patience(),
          best.epoch());
    }
    if (epochs < parameters.epochs()) {
      return null;
    }
    if (refit) {
      return String.format(
          Locale.ROOT, "ran all %d epochs, the number that the scored model kept", epochs);
    }
    return selectsBestEpoch
        ? String.format(
            Locale.ROOT,
            "ran all %d epochs; validation RMSE was lowest after epoch %d",
            epochs,
            best.epoch())
        : String.format(
            Locale.ROOT,
            "ran all %d epochs without early stopping: %,d validation ratings of %,d users are too"
                + " few (at least %,d ratings of %,d users are required)",
            epochs,
            validation.rows(),
            validation.users(),
            ValidationSet.MIN_ROWS,
            ValidationSet.MIN_USERS);
  }

  private String outOfTimeReason(int epoch) {
    return String.format(
        Locale.ROOT,
        "stopped after epoch %d of %d because the time limit was near; send the request again to"
            + " continue",
        epoch,
        parameters.epochs());
  }

  /// Runs the next epoch, and repeats it at a lower learning rate if it diverges.
  private Epoch epoch(TrainingState state) throws IOException {
    int number = state.history().size() + 1;
    while (true) {
      double learningRate = parameters.learningRate(number) * Math.pow(CUT, state.cuts());
      long start = System.nanoTime();
      double trainRmse = sgd.train(state.factors(), number, learningRate);
      double trainSeconds = (System.nanoTime() - start) / 1e9;
      Double validationRmse = sgd.validate(state.factors());
      double seconds = (System.nanoTime() - start) / 1e9;
      String problem = divergence(state, trainRmse);
      if (problem == null) {
        double secondsSoFar = seconds + state.history().stream().mapToDouble(Epoch::seconds).sum();
        return new Epoch(
            number,
            trainRmse,
            validationRmse,
            learningRate,
            seconds,
            training.rows() / trainSeconds,
            secondsSoFar / number * (parameters.epochs() - number));
      }
      if (state.cuts() == MAX_CUTS) {
        throw diverged(number, problem, learningRate);
      }
      state.revert(workers);
      LOG.log(
          Level.WARNING,
          String.format(
              Locale.ROOT,
              "%s: epoch %d diverged: %s; repeating it with half the learning rate",
              label,
              number,
              problem));
    }
  }

  /// Returns the sign of divergence in an epoch, or null.
  private @Nullable String divergence(TrainingState state, double trainRmse) throws IOException {
    // The validation error does not reveal infinite factors, because its predictions are clipped.
    if (!Double.isFinite(trainRmse) || !state.isFinite(workers)) {
      return "the errors are not finite";
    }
    double lowest = state.history().stream().mapToDouble(Epoch::trainRmse).min().orElse(Double.NaN);
    double unit = training.unit(parameters.biased());
    double limit =
        MIN_RISE * unit
            + (state.history().isEmpty()
                ? FIRST_RISE * (training.standardDeviation() + parameters.initialSpread() * unit)
                : RISE * lowest);
    return trainRmse > limit
        ? String.format(Locale.ROOT, "train RMSE rose to %.4f, above %.4f", trainRmse, limit)
        : null;
  }

  private RequestException diverged(int epoch, String problem, double learningRate) {
    return RequestException.unprocessable(
        String.format(
            Locale.ROOT,
            "%s diverged in epoch %d: %s, even after %d cuts of the learning rate to %s; lower"
                + " 'learningRate' (currently %s) or raise 'regularization'",
            label,
            epoch,
            problem,
            MAX_CUTS,
            learningRate,
            parameters.learningRate()));
  }

  private void report(Epoch epoch) {
    Double validationRmse = epoch.validationRmse();
    ProgressListener.current()
        .onEpoch(
            new ProgressListener.EpochReport(
                "rating",
                epoch.epoch(),
                parameters.epochs(),
                epoch.trainRmse(),
                validationRmse,
                null,
                epoch.seconds(),
                epoch.secondsLeft()));
    String validated =
        validationRmse == null
            ? ""
            : String.format(Locale.ROOT, ", validation RMSE %.4f", validationRmse);
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: epoch %d/%d, train RMSE %.4f%s, learning rate %.4f, %s updates/s, %s left",
            label,
            epoch.epoch(),
            parameters.epochs(),
            epoch.trainRmse(),
            validated,
            epoch.learningRate(),
            Progress.rate(epoch.updatesPerSecond()),
            Progress.duration(epoch.secondsLeft())));
  }
}
