package com.craftyverse.recsys.local;

import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.step.ProgressListener;

/// Receives the progress of a [LocalPipeline]: that of its steps, when each starts and ends, and the results.
interface PipelineListener extends ProgressListener {
  /// Takes note that a step starts.
  void onStepStarted(String step);

  /// Takes note that a step has ended.
  ///
  /// @param cached whether an earlier run had done its work
  /// @param seconds its running time
  /// @param summary its result in one line
  void onStepDone(String step, boolean cached, double seconds, String summary);

  /// Takes note that the run does without a step.
  void onStepSkipped(String step);

  /// Takes note of the scored model's evaluation.
  ///
  /// @param summary it in one line
  void onEvaluated(EvaluateResult result, String summary);

  /// Takes note of the model that the dataset has now.
  ///
  /// @param published whether it is this run's
  void onPublished(PublishResult result, boolean published);
}
