package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.step.ProgressListener;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Searches for λ and α₀ of the ranking model on held-out choices.
///
/// Good pairs lie along a ridge, ρ = λ·α₀ = constant, near α₀ = 0.2. The search therefore tries six values of
/// ρ around a guess for a few epochs, and more while the best one lies at an edge. Then it tries three values
/// of α₀, at the best ρ and between the best two, for twice as many epochs. The guess, for n choices:
///
/// ```
/// ρ₀ = 0.3 · √n · (√users + √items) / (users · items)
/// ```
///
/// *Large sets* are searched on a sample of the users. With fewer users the best ρ is higher, and so is
/// ρ₀, so the result is transferred as a multiple of ρ₀. Holding out a quarter of the choices
/// makes no difference.
final class RankingSearch {
  private static final int BRACKET = 6;
  private static final double LOWEST = 0.25;
  private static final double HIGHEST = 4;
  private static final int MAX_EXTENSIONS = 4;
  private static final int MAX_CUTS = 8;
  private static final double RIDGE = 0.2;
  private static final double[] AROUND_THE_RIDGE = {0.1, 0.2, 0.4};
  private static final int FIRST_EPOCHS = 4;
  private static final int LAST_EPOCHS = 8;

  /// A model has collapsed if its objective reaches this fraction of that of a model of zeros.
  static final double COLLAPSED = 0.99;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  /// The result of the search.
  ///
  /// @param regularization λ
  /// @param unobservedWeight α₀
  /// @param trials all trials
  record Result(double regularization, double unobservedWeight, List<RankingTrial> trials) {}

  private final String label;
  private final Choices allChoices;
  private final Choices training;
  private final int available;
  private final int factors;
  private final long seed;
  private final RankingSolver solver;
  private final NdcgEvaluator evaluator;
  private final List<RankingTrial> trials = new ArrayList<>();

  /// @param label name of the run in log lines
  /// @param allChoices the choices that the model will learn from
  /// @param holdOut training choices and test cases of the trials
  /// @param factors k, the length of the vectors
  RankingSearch(
      String label,
      Choices allChoices,
      HoldOut holdOut,
      int factors,
      long seed,
      Kernel kernel,
      WorkerPool workers) {
    this.label = label;
    this.allChoices = allChoices;
    this.training = holdOut.training();
    this.available = holdOut.available();
    this.factors = factors;
    this.seed = seed;
    this.solver = new RankingSolver(training, factors, RankingParameters.STEPS, kernel, workers);
    this.evaluator = new NdcgEvaluator(training, holdOut.cases(), kernel, workers);
  }

  /// Returns ρ₀ of a set.
  ///
  /// @param count number of its choices
  static double guess(Choices choices, int count) {
    double users = choices.byUser().rows();
    double items = choices.byItem().rows();
    return 0.3 * Math.sqrt(count) * (Math.sqrt(users) + Math.sqrt(items)) / (users * items);
  }

  /// Searches for the best pair. If there are no cases to judge by, or all trials collapse, it uses the
  /// guess, or the first fraction of it that does not collapse.
  ///
  /// @throws RequestException if the vectors collapse to zero with every pair
  Result run() throws IOException {
    double guess = guess(training, available);
    RankingTrial best = evaluator.users() == 0 ? null : search(guess);
    if (best == null || best.collapsed()) {
      best = findNonCollapsing(guess);
    }
    return new Result(
        best.regularization() * guess(allChoices, allChoices.size()) / guess,
        best.unobservedWeight(),
        trials);
  }

  private RankingTrial findNonCollapsing(double guess) throws IOException {
    double rho = guess;
    for (int i = 0; i < MAX_CUTS; i++) {
      RankingTrial trial = runTrial(rho, RIDGE, FIRST_EPOCHS);
      if (!trial.collapsed()) {
        return trial;
      }
      rho /= HIGHEST;
    }
    throw RequestException.unprocessable(
        label
            + ": cannot train a ranking model: the vectors collapse to zero with every λ and α₀"
            + " tried; set \"ranking\": false to skip it");
  }

  private RankingTrial search(double guess) throws IOException {
    double factor = Math.pow(HIGHEST / LOWEST, 1.0 / (BRACKET - 1));
    List<RankingTrial> bracket = new ArrayList<>();
    for (int i = 0; i < BRACKET; i++) {
      bracket.add(runTrial(guess * LOWEST * Math.pow(factor, i), RIDGE, FIRST_EPOCHS));
    }
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
      double rho = best(bracket).rho();
      if (rho == bracket.getFirst().rho()) {
        bracket.addFirst(runTrial(rho / factor, RIDGE, FIRST_EPOCHS));
      } else if (rho == bracket.getLast().rho()) {
        bracket.addLast(runTrial(rho * factor, RIDGE, FIRST_EPOCHS));
      } else {
        break;
      }
    }
    bracket.sort(Comparator.comparingDouble(RankingTrial::score).reversed());
    double first = bracket.get(0).rho();
    double second = bracket.get(1).rho();
    List<RankingTrial> last = new ArrayList<>();
    for (double rho : new double[] {first, Math.sqrt(first * second)}) {
      for (double alpha0 : AROUND_THE_RIDGE) {
        last.add(runTrial(rho, alpha0, LAST_EPOCHS));
      }
    }
    return best(last);
  }

  /// Returns the best trial, the first of equal ones.
  static RankingTrial best(List<RankingTrial> candidates) {
    RankingTrial best = candidates.getFirst();
    for (RankingTrial trial : candidates) {
      best = trial.score() > best.score() ? trial : best;
    }
    return best;
  }

  private RankingTrial runTrial(double rho, double alpha0, int epochs) throws IOException {
    long start = System.nanoTime();
    RankingFactors vectors =
        RankingFactors.initial(factors, training.byUser().rows(), training.items(), seed);
    double lambda = rho / alpha0;
    double objective = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      objective = solver.epoch(vectors, lambda, alpha0);
    }
    RankingTrial trial =
        new RankingTrial(
            lambda,
            alpha0,
            factors,
            epochs,
            training.size(),
            evaluator.users(),
            evaluator.users() == 0 ? 0 : evaluator.ndcg(vectors),
            objective,
            !(objective < COLLAPSED * training.totalWeight()),
            (System.nanoTime() - start) / 1e9);
    trials.add(trial);
    report(trial);
    return trial;
  }

  private void report(RankingTrial trial) {
    double seconds = trials.stream().mapToDouble(RankingTrial::seconds).sum();
    ProgressListener.current()
        .onActivity(
            new ProgressListener.Activity(
                label + ", searching for the ranking model's penalties",
                trials.size(),
                0,
                "trials",
                trials.size() / seconds,
                null));
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: ranking, trial %d, λ %.5f, α₀ %.2f, %d epochs: NDCG@10 %.4f for %,d users%s",
            label,
            trials.size(),
            trial.regularization(),
            trial.unobservedWeight(),
            trial.epochs(),
            trial.ndcg(),
            trial.users(),
            trial.collapsed() ? ", collapsed" : ""));
  }
}
