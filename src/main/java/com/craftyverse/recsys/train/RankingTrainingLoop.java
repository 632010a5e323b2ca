package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.ProgressListener;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Trains a ranking model: searches for λ and α₀ unless the request gives them, then runs the epochs.
final class RankingTrainingLoop {
  /// Maximum number of users in the NDCG of an epoch.
  private static final int MAX_PROGRESS_USERS = 1_000;

  private static final double SECONDS_BETWEEN_CHECKPOINTS = 300;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  /// Saves a run so that the next call, or a restart after a crash, can continue it.
  @FunctionalInterface
  interface CheckpointSink {
    void save(RankingState state) throws IOException;
  }

  private final String label;
  private final Choices choices;
  private final ValidationSet validation;
  private final RankingParameters parameters;
  private final long seed;
  private final Kernel kernel;
  private final WorkerPool workers;
  private final RankingSolver solver;
  private final @Nullable NdcgEvaluator evaluator;

  /// @param label name of the run in log lines
  /// @param seed of the initial vectors and the held-out choices
  RankingTrainingLoop(
      String label,
      Choices choices,
      ValidationSet validation,
      RankingParameters parameters,
      long seed,
      Kernel kernel,
      WorkerPool workers) {
    this.label = label;
    this.choices = choices;
    this.validation = validation;
    this.parameters = parameters;
    this.seed = seed;
    this.kernel = kernel;
    this.workers = workers;
    this.solver =
        new RankingSolver(choices, parameters.factors(), RankingParameters.STEPS, kernel, workers);
    NdcgEvaluator.TestCases cases =
        NdcgEvaluator.TestCases.of(validation, choices, MAX_PROGRESS_USERS, seed);
    this.evaluator = cases.size() == 0 ? null : new NdcgEvaluator(choices, cases, kernel, workers);
  }

  /// Returns the vectors before the first epoch: zero for users, random for items.
  RankingFactors initialVectors() {
    return RankingFactors.initial(
        parameters.factors(), choices.users().length, choices.items(), seed);
  }

  /// Searches for λ and α₀ unless the request gives them.
  ///
  /// @param vectors initial vectors
  RankingState initialState(RankingFactors vectors) throws IOException {
    Double regularization = parameters.regularization();
    Double unobservedWeight = parameters.unobservedWeight();
    if (regularization != null && unobservedWeight != null) {
      return new RankingState(vectors, regularization, unobservedWeight, List.of(), List.of());
    }
    HoldOut holdOut = HoldOut.of(choices, validation, seed);
    RankingSearch.Result result =
        new RankingSearch(label, choices, holdOut, parameters.factors(), seed, kernel, workers)
            .run();
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: ranking, λ %.5f, α₀ %.2f found in %d trials, %.1f s",
            label,
            result.regularization(),
            result.unobservedWeight(),
            result.trials().size(),
            seconds(result.trials())));
    return new RankingState(
        vectors, result.regularization(), result.unobservedWeight(), result.trials(), List.of());
  }

  /// Trains until all epochs are done or the time limit is near, and for at least one epoch.
  ///
  /// @param state where to start; updated in place
  /// @return whether all epochs are done; if not, the state has been saved
  /// @throws RequestException if the vectors collapse to zero
  boolean run(RankingState state, TimeBudget budget, CheckpointSink sink) throws IOException {
    double secondsSinceCheckpoint = 0;
    while (state.history().size() < parameters.epochs()) {
      RankingEpoch epoch = epoch(state);
      state.history().add(epoch);
      report(epoch);
      secondsSinceCheckpoint += epoch.seconds();
      boolean last = epoch.epoch() == parameters.epochs();
      boolean outOfTime = !last && budget.isNear(epoch.seconds());
      if (outOfTime || (!last && secondsSinceCheckpoint > SECONDS_BETWEEN_CHECKPOINTS)) {
        sink.save(state);
        secondsSinceCheckpoint = 0;
      }
      if (outOfTime) {
        return false;
      }
    }
    requireNotCollapsed(state);
    return true;
  }

  private RankingEpoch epoch(RankingState state) throws IOException {
    int number = state.history().size() + 1;
    long start = System.nanoTime();
    double objective =
        solver.epoch(state.vectors(), state.regularization(), state.unobservedWeight());
    double trainSeconds = (System.nanoTime() - start) / 1e9;
    Double ndcg = evaluator == null ? null : evaluator.ndcg(state.vectors());
    double seconds = (System.nanoTime() - start) / 1e9;
    double secondsSoFar =
        seconds + state.history().stream().mapToDouble(RankingEpoch::seconds).sum();
    return new RankingEpoch(
        number,
        objective,
        ndcg,
        seconds,
        choices.size() / trainSeconds,
        secondsSoFar / number * (parameters.epochs() - number));
  }

  private void requireNotCollapsed(RankingState state) {
    double objective = state.history().getLast().objective();
    if (!(objective < RankingSearch.COLLAPSED * choices.totalWeight())) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "%s: the ranking model's vectors collapsed to zero with λ = %s and α₀ = %s; lower"
                  + " 'rankingRegularization', or leave both fields out to search for them",
              label,
              state.regularization(),
              state.unobservedWeight()));
    }
  }

  /// Returns the Gram matrix of the items, `factors` × `factors`, in row-major order.
  double[] gram(RankingState state) throws IOException {
    return solver.gram(state.vectors().items(), choices.items().length);
  }

  /// Returns the number of users in the NDCG of an epoch.
  int validationUsers() {
    return evaluator == null ? 0 : evaluator.users();
  }

  /// Returns the figures of the run so far.
  RankingFigures figures(RankingState state) {
    double seconds = 0;
    double trainSeconds = 0;
    for (RankingEpoch epoch : state.history()) {
      seconds += epoch.seconds();
      trainSeconds += choices.size() / epoch.choicesPerSecond();
    }
    RankingEpoch last = state.history().getLast();
    return new RankingFigures(
        parameters.factors(),
        last.epoch(),
        state.regularization(),
        state.unobservedWeight(),
        state.trials().size(),
        seconds(state.trials()),
        last.objective(),
        last.ndcg(),
        validationUsers(),
        last.epoch() * (double) choices.size() / trainSeconds,
        seconds);
  }

  private static double seconds(List<RankingTrial> trials) {
    return trials.stream().mapToDouble(RankingTrial::seconds).sum();
  }

  private void report(RankingEpoch epoch) {
    Double ndcg = epoch.ndcg();
    ProgressListener.current()
        .onEpoch(
            new ProgressListener.EpochReport(
                "ranking",
                epoch.epoch(),
                parameters.epochs(),
                null,
                null,
                ndcg,
                epoch.seconds(),
                epoch.secondsLeft()));
    LOG.log(
        Level.INFO,
        String.format(
            Locale.ROOT,
            "%s: ranking, epoch %d/%d, objective %.5g%s, %s choices/s, %s left",
            label,
            epoch.epoch(),
            parameters.epochs(),
            epoch.objective(),
            ndcg == null
                ? ""
                : String.format(
                    Locale.ROOT, ", NDCG@10 %.4f for %,d users", ndcg, validationUsers()),
            Progress.rate(epoch.choicesPerSecond()),
            Progress.duration(epoch.secondsLeft())));
  }
}
