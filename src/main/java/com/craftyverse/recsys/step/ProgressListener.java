package com.craftyverse.recsys.step;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Receives the progress of the steps that run in its scope: a [scoped value][ScopedValue] of the calling thread,
/// so that no step has to hand it on. Steps report from several threads, but never from two at once for the
/// same activity.
public interface ProgressListener {
  /// The listener of a scope without one.
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void onActivity(Activity activity) {}

        @Override
        public void onEpoch(EpochReport epoch) {}
      };

  /// The progress of an activity, four times a second at most.
  ///
  /// @param label the step and the dataset, then, if the step has several activities, a comma and the
  ///     activity: `ingest ml-latest.zip, removing duplicates`
  /// @param done how much is done
  /// @param total how much there is to do; 0 if that is not known
  /// @param unit what is counted, such as `rows`
  /// @param perSecond units per second since the activity began
  /// @param secondsLeft the remaining time in seconds at that rate; null if the total is not known
  record Activity(
      String label,
      long done,
      long total,
      String unit,
      double perSecond,
      @Nullable Double secondsLeft) {}

  /// An epoch of training.
  ///
  /// @param model `rating` or `ranking`
  /// @param epoch the number of the epoch, from 1
  /// @param epochs the number of epochs of the whole run, unless it stops early
  /// @param trainRmse the rating model's error on the training set
  /// @param validationRmse its error on the validation set, null without one
  /// @param ndcgAt10 the ranking model's NDCG@10 on held-out choices, null without any
  /// @param seconds the duration of the epoch
  /// @param secondsLeft the remaining time of the run in seconds
  record EpochReport(
      String model,
      int epoch,
      int epochs,
      @Nullable Double trainRmse,
      @Nullable Double validationRmse,
      @Nullable Double ndcgAt10,
      double seconds,
      double secondsLeft) {}

  /// Takes note of an activity's progress. Must not block.
  void onActivity(Activity activity);

  /// Takes note of an epoch. Must not block.
  void onEpoch(EpochReport epoch);

  /// Work that may throw an `IOException`.
  ///
  /// @param <T> the result
  interface Work<T> {
    /// Does the work.
    T run() throws IOException;
  }

  /// Runs work in the scope of this listener.
  default <T> T listenTo(Work<T> work) throws IOException {
    return ScopedValue.where(Scope.LISTENER, this).call(work::run);
  }

  /// Returns the listener of the current scope.
  static ProgressListener current() {
    return Scope.LISTENER.orElse(NONE);
  }

  /// Holds the scope's listener out of the interface.
  final class Scope {
    private static final ScopedValue<ProgressListener> LISTENER = ScopedValue.newInstance();

    private Scope() {}
  }
}
