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
  private final @Nullable PublishedTwin published;

  /// @param published the twin of the published model, to be compared with; null if there is none
  ReplayedRatings(
      LoadedModel model,
      BiasBaseline baseline,
      TrainingHistory history,
      @Nullable PublishedTwin published) {
    this.model = model;
    this.baseline = baseline;
    this.history = history;
    this.published = published;
  }

  /// Replays a window.
  ///
  /// @param progress counts ratings
  /// @return the errors on all ratings of known items
  RatingErrors run(HeldOutRatings window, Progress progress, WorkerPool workers)
      throws IOException {
    Periods periods = Periods.of(window);
    int tasks = Math.ceilDiv(window.groups(), USERS_PER_TASK);
    RatingErrors[] errors = new RatingErrors[tasks];
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
          RatingErrors taskErrors = new RatingErrors(model, baseline, periods);
          int end = Math.min(window.groups(), (task + 1) * USERS_PER_TASK);
          for (int group = task * USERS_PER_TASK; group < end; group++) {
            workers.checkStopped();
            replay.replay(window, group, taskErrors);
          }
          errors[task] = taskErrors;
          synchronized (progress) {
            progress.update(
                done.addAndGet(window.start(end) - window.start(task * USERS_PER_TASK)));
          }
        });
    RatingErrors total = new RatingErrors(model, baseline, periods);
    for (RatingErrors taskErrors : errors) {
      total.add(taskErrors);
    }
    return total;
  }

  /// The state of one thread.
  private final class Replay {
    private final ModelCard card = model.card();
    private final ReplayedUser user = new ReplayedUser(model, null);
    private final @Nullable ReplayedUser publishedUser =
        published == null ? null : published.newReplay();
    private final Profile profile = new Profile();

    void replay(HeldOutRatings window, int group, RatingErrors errors) throws IOException {
      PublishedTwin twin = published;
      profile.reset(window.user(group));
      if (window.user(group) >= 0) {
        history.copyTo(profile, window.user(group));
      }
      user.start(profile);
      if (publishedUser != null) {
        publishedUser.start(profile);
      }
      BiasBaseline.RunningUser biases = baseline.newUser();
      for (int i = 0; i < profile.size(); i++) {
        biases.add(profile.item(i), profile.rating(i));
      }
      RatingErrors.UserSums sums = new RatingErrors.UserSums(new UserErrors(window.userId(group)));
      for (int at = window.start(group); at < window.start(group + 1); at++) {
        int item = window.item(at);
        if (item < 0) {
          continue;
        }
        float rating = window.rating(at);
        float predicted = user.predict(item);
        errors.add(
            new RatingErrors.Prediction(
                item,
                user.size(),
                rating,
                predicted,
                card.clip((float) biases.predict(item)),
                window.time(at)),
            sums);
        if (twin != null && publishedUser != null && publishedUser.knows(item)) {
          if (twin.isUnseen(window.time(at))) {
            errors.addPublished(rating - predicted, rating - publishedUser.predict(item), sums);
          }
          publishedUser.add(item, rating);
        }
        user.add(item, rating);
        biases.add(item, rating);
      }
      errors.endUser(sums);
    }
  }
}
