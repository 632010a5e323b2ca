package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// The train step: trains a model on an index.
public final class Train {
  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store holds the index and receives the model
  public Train(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Trains a model, or returns the one that exists for the same request and index. If the time limit
  /// interrupts the run, the result is `resumable`, and the next call continues.
  ///
  /// @throws RequestException if the request, or an object that it names, is invalid
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a file of the index is
  ///     damaged
  /// @throws java.io.InterruptedIOException if the thread is interrupted; no model is written
  public TrainResult run(TrainRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    Execution execution = Execution.of(request);
    String patternKey = request.pattern();
    RefitSource pattern = patternKey == null ? null : RefitSource.of(store, request, patternKey);
    if (pattern == null) {
      TrainParameters.of(request, 0); // rejects fields out of range before the index is read
    }
    Manifest index = Manifest.read(store, key, StepName.INDEX);
    boolean isOfRatings = index.feedback() == Feedback.RATINGS;
    if (isOfRatings && execution.kernel().kernel().lanes() > 1) {
      KernelWarmUp.start();
    }
    Rows rows = IndexFiles.rows(index);
    RatingScale scale = index.scale();
    Map<String, String> ids = new TreeMap<>(Map.of(StepName.INDEX.toString(), index.id()));
    Map<String, String> sources = new TreeMap<>(Map.of(StepName.INDEX.toString(), key));
    TrainParameters parameters;
    String warmStart;
    if (pattern == null) {
      parameters =
          isOfRatings
              ? TrainParameters.of(request, ratings(index))
              : TrainParameters.ofChoices(request);
      warmStart = request.warmStart();
    } else {
      pattern.requireSameSplit(key);
      parameters = pattern.parameters();
      warmStart = pattern.warmStart(store);
      ids.put(RefitSource.FIELD, pattern.modelId());
      sources.put(RefitSource.FIELD, pattern.manifest());
    }
    Map<String, byte[]> evaluation =
        pattern != null && rows == Rows.ALL ? pattern.evaluation(store) : Map.of();
    WarmStart earlier = warmStart == null ? null : WarmStart.of(store, warmStart);
    if (earlier != null) {
      earlier.requireCompatible(index.dataset(), parameters, rows);
      ids.put(WarmStart.FIELD, earlier.modelId());
      sources.put(WarmStart.FIELD, earlier.manifest());
    }
    StepSpec spec = new StepSpec(StepName.TRAIN, index.dataset(), ids, parameters.recorded());
    String directory = StoreLayout.modelDirectory(spec.dataset(), spec.id());
    TrainingJob job =
        new TrainingJob(
            spec.dataset(),
            spec.id(),
            parameters,
            scale,
            new TrainingJob.Origin(rows, pattern == null ? null : pattern.modelId(), evaluation),
            execution,
            earlier);
    TimeBudget budget = new TimeBudget(execution.maxSeconds());
    try {
      StepRunner.Result<TrainFigures> done =
          runner.run(
              spec,
              directory,
              sources,
              TrainFigures.class,
              output -> {
                try (TrainingInputs inputs =
                    new TrainingInputs(
                        store,
                        ObjectKeys.directoryOf(key),
                        index.outputs().containsKey(StoreLayout.ATTRIBUTES))) {
                  return new TrainingRun(job, inputs, budget).train(store, directory, output);
                }
              });
      if (!done.cached()) {
        store.delete(directory + StoreLayout.CHECKPOINT);
      }
      return new TrainResult(done.manifest(), done.cached(), false, done.figures());
    } catch (TrainingRun.OutOfTimeException e) {
      return new TrainResult(null, false, true, e.figures());
    }
  }

  /// Returns the approximate number of training ratings of an index without opening it.
  private static long ratings(Manifest index) {
    return index.outputs().getOrDefault(StoreLayout.TRAIN, 0L) / IndexFiles.RATING_BYTES;
  }
}
