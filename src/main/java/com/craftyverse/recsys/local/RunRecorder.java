package com.craftyverse.recsys.local;

import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.evaluate.Interval;
import com.craftyverse.recsys.evaluate.RankingFigures;
import com.craftyverse.recsys.evaluate.RatingFigures;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Records the progress of a run and hands a snapshot on after each change. Thread-safe; the snapshots are handed on
/// in the order of the changes.
final class RunRecorder implements PipelineListener {
  private final String id;
  private final ObjectInfo upload;
  private final String dataset;
  private final Consumer<Run> sink;
  private final Instant queued = Instant.now();
  private final List<Run.Step> steps = new ArrayList<>();
  private final List<Run.Epoch> epochs = new ArrayList<>();
  private Run.State state = Run.State.queued;
  private @Nullable Instant started;
  private @Nullable Instant finished;
  private @Nullable String error;
  private @Nullable String model;
  private @Nullable Boolean published;
  private Run.@Nullable Scores scores;
  private Run.@Nullable Verdict verdict;
  private @Nullable String report;
  private @Nullable String summary;

  /// @param id the run's number
  /// @param dataset the dataset that the upload belongs to
  /// @param stepNames the names of the pipeline's steps, in their order
  /// @param sink receives a snapshot after each change; must not block
  RunRecorder(
      String id, ObjectInfo upload, String dataset, List<String> stepNames, Consumer<Run> sink) {
    this.id = id;
    this.upload = upload;
    this.dataset = dataset;
    this.sink = sink;
    stepNames.forEach(step -> steps.add(Run.Step.waiting(step)));
  }

  /// Returns the run as it is now.
  synchronized Run snapshot() {
    Instant start = started;
    Instant end = finished == null ? Instant.now() : finished;
    return new Run(
        id,
        upload.key(),
        dataset,
        upload.size(),
        state,
        text(queued),
        start == null ? null : text(start),
        finished == null ? null : text(finished),
        start == null ? null : Duration.between(start, end).toMillis() / 1e3,
        error,
        List.copyOf(steps),
        List.copyOf(epochs),
        model,
        published,
        scores,
        verdict,
        report,
        summary);
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /// Takes note that the run starts.
  synchronized void start() {
    state = Run.State.running;
    started = Instant.now();
    changed();
  }

  /// Takes note that the run has ended. The step that was running, if any, has failed.
  ///
  /// @param how a final state
  /// @param why the reason; null for a run that ended well
  synchronized void finish(Run.State how, @Nullable String why) {
    state = how;
    error = why;
    finished = Instant.now();
    steps.replaceAll(
        step ->
            step.state() == Run.StepState.running
                ? Run.Step.in(step.step(), Run.StepState.failed)
                : step);
    changed();
  }

  @Override
  public synchronized void onStepStarted(String step) {
    replace(Run.Step.in(step, Run.StepState.running));
  }

  @Override
  public synchronized void onStepDone(
      String step, boolean cached, double seconds, String stepSummary) {
    replace(Run.Step.done(step, cached, seconds, stepSummary));
  }

  @Override
  public synchronized void onStepSkipped(String step) {
    replace(Run.Step.in(step, Run.StepState.skipped));
  }

  @Override
  public synchronized void onActivity(Activity activity) {
    int comma = activity.label().indexOf(", ");
    Run.Step step = running();
    if (step != null) {
      replace(
          progress(
              step.step(), comma < 0 ? null : activity.label().substring(comma + 2), activity));
    }
  }

  private static Run.Step progress(String step, @Nullable String name, Activity activity) {
    return new Run.Step(
        step,
        Run.StepState.running,
        false,
        null,
        name,
        activity.done(),
        activity.total() == 0 ? null : activity.total(),
        activity.unit(),
        activity.perSecond(),
        activity.secondsLeft(),
        null);
  }

  @Override
  public synchronized void onEpoch(EpochReport epoch) {
    Run.Step step = running();
    if (step == null) {
      return;
    }
    epochs.add(
        new Run.Epoch(
            epoch.model(),
            step.step(),
            epoch.epoch(),
            epoch.epochs(),
            epoch.trainRmse(),
            epoch.validationRmse(),
            epoch.ndcgAt10(),
            epoch.seconds()));
    Activity activity =
        new Activity(
            "", epoch.epoch(), epoch.epochs(), "epochs", 1 / epoch.seconds(), epoch.secondsLeft());
    replace(progress(step.step(), epoch.model() + " model", activity));
  }

  @Override
  public synchronized void onEvaluated(EvaluateResult result, String text) {
    EvaluateFigures figures = result.figures();
    RatingFigures ratings = figures.test().ratings();
    RankingFigures ranking = figures.test().ranking();
    scores =
        new Run.Scores(
            ratings == null ? null : ratings.rmse(),
            ratings == null ? null : ratings.baselineRmse(),
            ratings == null ? null : ratings.ratings(),
            ranking == null ? null : ndcg(ranking),
            ranking == null ? null : ranking.users(),
            figures.test().reason());
    verdict = new Run.Verdict(figures.verdict().decision().toString(), figures.verdict().reasons());
    report = result.report();
    summary = text;
    changed();
  }

  private static Map<String, Double> ndcg(RankingFigures ranking) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String ranker : ranking.rankers().keySet()) {
      Interval ndcg = ranking.ndcgAt10(ranker);
      if (ndcg != null) {
        values.put(ranker, ndcg.value());
      }
    }
    return values;
  }

  @Override
  public synchronized void onPublished(PublishResult result, boolean isOurs) {
    model = result.model();
    published = isOurs;
    changed();
  }

  private Run.@Nullable Step running() {
    for (Run.Step step : steps) {
      if (step.state() == Run.StepState.running) {
        return step;
      }
    }
    return null;
  }

  private void replace(Run.Step step) {
    steps.replaceAll(each -> each.step().equals(step.step()) ? step : each);
    changed();
  }

  private void changed() {
    sink.accept(snapshot());
  }
}
