package com.craftyverse.recsys.local;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The state of a run of the pipeline for one upload.
///
/// @param run the run's number in this process
/// @param key the upload's key
/// @param dataset the dataset that it belongs to
/// @param bytes the upload's size in bytes
/// @param state what the run is doing, or how it ended
/// @param queued when it was queued, in UTC
/// @param started when it started, in UTC; null before that
/// @param finished when it ended, in UTC; null before that
/// @param seconds its running time so far; null before it started
/// @param error why it was refused or failed, in the words of the function
/// @param steps the steps in their order
/// @param epochs the epochs of training so far, in their order
/// @param model the id of the dataset's model after the run
/// @param published whether that model is this run's; null before it is known
/// @param result the model's scores, once evaluated
/// @param verdict whether the gate lets the model be published, once evaluated
/// @param report the key of the model's report, which this server also serves at that path, once evaluated
/// @param summary the scores in one line
@JsonInclude(JsonInclude.Include.NON_NULL)
record Run(
    String run,
    String key,
    String dataset,
    long bytes,
    State state,
    String queued,
    @Nullable String started,
    @Nullable String finished,
    @Nullable Double seconds,
    @Nullable String error,
    List<Step> steps,
    List<Epoch> epochs,
    @Nullable String model,
    @Nullable Boolean published,
    @Nullable Scores result,
    @Nullable Verdict verdict,
    @Nullable String report,
    @Nullable String summary) {

  /// What a run is doing, or how it ended.
  enum State {
    /// It waits for earlier runs.
    queued,
    /// It runs.
    running,
    /// It ended with a model.
    done,
    /// A step refused the upload.
    refused,
    /// A fault of the server or its store ended it.
    failed,
    /// Someone stopped it.
    stopped;

    boolean isFinal() {
      return this != queued && this != running;
    }
  }

  /// What a step is doing, or how it ended.
  enum StepState {
    /// It waits for earlier steps.
    waiting,
    /// It runs.
    running,
    /// It ended.
    done,
    /// It was refused, failed or was stopped.
    failed,
    /// The run has no such step.
    skipped
  }

  /// A step of a run.
  ///
  /// @param step the step's name
  /// @param state what it is doing
  /// @param cached whether an earlier run had done it
  /// @param seconds its running time, once it has ended
  /// @param activity the part of the step that is running
  /// @param done how much of the activity is done
  /// @param total how much there is to do, if known
  /// @param unit what is counted
  /// @param perSecond units per second
  /// @param secondsLeft the activity's remaining time in seconds, if known
  /// @param summary its result in one line
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Step(
      String step,
      StepState state,
      boolean cached,
      @Nullable Double seconds,
      @Nullable String activity,
      @Nullable Long done,
      @Nullable Long total,
      @Nullable String unit,
      @Nullable Double perSecond,
      @Nullable Double secondsLeft,
      @Nullable String summary) {
    static Step waiting(String step) {
      return in(step, StepState.waiting);
    }

    /// Returns a step of which nothing but the state is known.
    static Step in(String step, StepState state) {
      return new Step(step, state, false, null, null, null, null, null, null, null, null);
    }

    static Step done(String step, boolean cached, double seconds, String summary) {
      return new Step(
          step, StepState.done, cached, seconds, null, null, null, null, null, null, summary);
    }
  }

  /// An epoch of training.
  ///
  /// @param model `rating` or `ranking`
  /// @param step the step that trains: `train` or `refit`
  /// @param epoch its number, from 1
  /// @param of the number of epochs unless training stops early
  /// @param trainRmse the rating model's training error
  /// @param validationRmse its validation error, if there is a validation set
  /// @param ndcgAt10 the ranking model's NDCG@10 on held-out choices, if there are any
  /// @param seconds its duration
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Epoch(
      String model,
      String step,
      int epoch,
      int of,
      @Nullable Double trainRmse,
      @Nullable Double validationRmse,
      @Nullable Double ndcgAt10,
      double seconds) {}

  /// The scores of a model on the test set, beside its baselines.
  ///
  /// @param rmse the error of predicted ratings
  /// @param baselineRmse the error of user and item biases alone, on the same ratings
  /// @param ratings the number of these ratings
  /// @param ndcgAt10 NDCG@10 of each way of ranking, the model's and the baselines', on the same users
  /// @param users the number of these users
  /// @param reason why scores are missing
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Scores(
      @Nullable Double rmse,
      @Nullable Double baselineRmse,
      @Nullable Long ratings,
      @Nullable Map<String, Double> ndcgAt10,
      @Nullable Integer users,
      @Nullable String reason) {}

  /// The gate's verdict on the model.
  ///
  /// @param decision `accepted`, `refused` or `insufficientEvidence`
  /// @param reasons why, a sentence each
  record Verdict(String decision, List<String> reasons) {}
}
