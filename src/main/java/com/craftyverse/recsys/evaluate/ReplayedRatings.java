package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A replay of a window's ratings in order of time. Each is predicted from the user's training ratings and
/// all earlier ratings of the window, folded into the fixed item factors. Ratings of items outside training
/// are skipped, both as predictions and as evidence.
final class ReplayedRatings {
  /// Users per task.
  private static final int USERS_PER_TASK = 256;

  private final LoadedModel model;
  private final BiasBaseline baseline;
  private final TrainingHistory history;

  ReplayedRatings(LoadedModel model, BiasBaseline baseline, TrainingHistory history) {
    this.model = model;
    this.baseline = baseline;
    this.history = history;
  }

  /// Partial sums of one task. They are added in task order, so that the number of threads does not change
  /// the result.
  private static final class Sums {
    private long ratings;
    private int users;
    private double squaredErrors;
    private double absoluteErrors;
    private double baselineSquaredErrors;
    private double meanSquaredErrors;

    void add(Sums other) {
      ratings += other.ratings;
      users += other.users;
      squaredErrors += other.squaredErrors;
      absoluteErrors += other.absoluteErrors;
      baselineSquaredErrors += other.baselineSquaredErrors;
      meanSquaredErrors += other.meanSquaredErrors;
    }
  }

  /// Replays a window.
  ///
  /// @param progress counts ratings
  /// @return the errors; null if no rating is of a known item
  @Nullable RatingFigures run(HeldOutRatings window, Progress progress, WorkerPool workers)
      throws IOException {
    int tasks = Math.ceilDiv(window.groups(), USERS_PER_TASK);
    Sums[] sums = new Sums[tasks];
    Replay[] replays = new Replay[workers.threads()];
    AtomicLong done = new AtomicLong();
    workers.run(
        tasks,
        (task, worker) -> {
          Replay replay = replays[worker];
          if (replay == null) {
            replay = new Replay();
            replays[worker] = replay;
          }
          Sums taskSums = new Sums();
          int end = Math.min(window.groups(), (task + 1) * USERS_PER_TASK);
          for (int group = task * USERS_PER_TASK; group < end; group++) {
            workers.checkStopped();
            replay.replay(window, group, taskSums);
          }
          sums[task] = taskSums;
          synchronized (progress) {
            progress.update(
                done.addAndGet(window.start(end) - window.start(task * USERS_PER_TASK)));
          }
        });
    Sums total = new Sums();
    for (Sums taskSums : sums) {
      total.add(taskSums);
    }
    return total.ratings == 0
        ? null
        : new RatingFigures(
            total.ratings,
            total.users,
            Math.sqrt(total.squaredErrors / total.ratings),
            total.absoluteErrors / total.ratings,
            Math.sqrt(total.baselineSquaredErrors / total.ratings),
            Math.sqrt(total.meanSquaredErrors / total.ratings),
            total.squaredErrors < total.baselineSquaredErrors);
  }

  /// The state of one thread.
  private final class Replay {
    private final ModelCard card = model.card();
    private final ReplayedUser user = new ReplayedUser(model);
    private final Profile profile = new Profile();
    private final double[] row = new double[model.equationSize()];

    void replay(HeldOutRatings window, int group, Sums sums) throws IOException {
      profile.reset(window.user(group));
      if (window.user(group) >= 0) {
        history.copyTo(profile, window.user(group));
      }
      SequentialFoldIn foldIn = user.foldIn(profile);
      BiasBaseline.RunningUser biases = baseline.newUser();
      for (int i = 0; i < profile.size(); i++) {
        biases.add(profile.item(i), profile.rating(i));
      }
      long before = sums.ratings;
      for (int at = window.start(group); at < window.start(group + 1); at++) {
        int item = window.item(at);
        if (item < 0) {
          continue;
        }
        float rating = window.rating(at);
        model.copyEquationRow(item, row, 0);
        double average = model.itemAverage(item);
        double predicted =
            foldIn.size() == 0 && card.isDot()
                ? card.trainMean()
                : average + (foldIn.size() == 0 ? 0 : foldIn.predict(row));
        double error = rating - card.clip((float) predicted);
        sums.squaredErrors += error * error;
        sums.absoluteErrors += Math.abs(error);
        double baselineError = rating - card.clip((float) biases.predict(item));
        sums.baselineSquaredErrors += baselineError * baselineError;
        double meanError = rating - baseline.mean();
        sums.meanSquaredErrors += meanError * meanError;
        sums.ratings++;
        foldIn.add(row, rating - average);
        biases.add(item, rating);
      }
      sums.users += sums.ratings > before ? 1 : 0;
    }
  }
}
