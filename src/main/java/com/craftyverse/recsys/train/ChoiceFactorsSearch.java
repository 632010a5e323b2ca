package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Decides whether the rating model has [ChoiceFactors]: it trains with and without them and compares the
/// lowest validation RMSE. They help where people's choices tell about their tastes, as MovieLens' do, and cost
/// accuracy where they don't.
///
/// A large set is reduced to the users of the validation set, or a random sample of them.
final class ChoiceFactorsSearch {
  /// Number of ratings from which on no more users are added to a trial.
  private static final long MAX_RATINGS = 500_000;

  /// The least gain in RMSE, as a fraction, that makes up for longer vectors.
  private static final double MIN_GAIN = 0.001;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private final String label;
  private final TrainingSet training;
  private final ValidationSet validation;
  private final TrainParameters parameters;
  private final RatingScale scale;
  private final Kernel kernel;
  private final WorkerPool workers;

  /// @param label name of the run in log lines
  /// @param parameters of the run, undecided
  ChoiceFactorsSearch(
      String label,
      TrainingSet training,
      ValidationSet validation,
      TrainParameters parameters,
      RatingScale scale,
      Kernel kernel,
      WorkerPool workers) {
    this.label = label;
    this.training = sample(training, validation, parameters.seed());
    this.validation = validation;
    this.parameters = parameters;
    this.scale = scale;
    this.kernel = kernel;
    this.workers = workers;
  }

  private static TrainingSet sample(TrainingSet training, ValidationSet validation, long seed) {
    if (training.rows() <= MAX_RATINGS) {
      return training;
    }
    int[] ratings = training.ratingsOfUsers();
    BitSet sample = new BitSet();
    long rows = 0;
    int[] order =
        new RandomStream(seed, RandomStream.Purpose.CHOICE_FACTORS, 0)
            .permutation(training.users());
    for (boolean validated : new boolean[] {true, false}) {
      for (int user : order) {
        if (validation.hasUser(user) == validated && rows < MAX_RATINGS) {
          sample.set(user);
          rows += ratings[user];
        }
      }
    }
    return training.ofUsers(sample, rows);
  }

  /// Returns the decision. A validation set that is too small to decide leaves the factors in.
  ChoiceTrial run(ChoiceFactors choiceFactors) throws IOException {
    if (!validation.isLargeEnough()) {
      return ChoiceTrial.given(choiceFactors.count());
    }
    double without = trial(parameters.withChoiceFactors(0), null);
    double with = trial(parameters.withChoiceFactors(choiceFactors.count()), choiceFactors);
    boolean helps = with < (1 - MIN_GAIN) * without;
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: validation RMSE %.4f with %d item factors from the ranking model, %.4f without, in"
                + " trials on %,d ratings",
            label,
            with,
            choiceFactors.count(),
            without,
            training.rows()));
    return new ChoiceTrial(helps ? choiceFactors.count() : 0, with, without, training.rows());
  }

  /// Returns the lowest validation RMSE of the epochs; the largest number if training diverges.
  private double trial(TrainParameters trialParameters, @Nullable ChoiceFactors choiceFactors)
      throws IOException {
    Factors factors = Factors.initial(training, trialParameters, choiceFactors);
    SgdEpoch sgd = new SgdEpoch(training, validation, trialParameters, scale, kernel, workers);
    double lowest = Double.MAX_VALUE;
    int best = 0;
    for (int epoch = 1;
        epoch <= parameters.epochs() && epoch - best <= parameters.patience();
        epoch++) {
      double trainRmse = sgd.train(factors, epoch, parameters.learningRate(epoch));
      Double rmse = sgd.validate(factors);
      if (!Double.isFinite(trainRmse) || rmse == null) {
        return Double.MAX_VALUE;
      }
      if (rmse < lowest) {
        lowest = rmse;
        best = epoch;
      }
    }
    return lowest;
  }
}
