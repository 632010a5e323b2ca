package com.craftyverse.recsys.local;

import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The command `pipeline --key raw/FILE`: takes an upload through every step in this process and
/// ends. It needs no server, so it suits a container or a large machine. Progress goes to standard
/// error, the result to standard output, as one line of JSON.
///
/// On SIGTERM a training stops after its epoch with a checkpoint, and any other step at once. The
/// same command goes on from there, on this machine or another one.
@Singleton
public final class PipelineCommand implements QuarkusApplication {
  static final String NAME = "pipeline";

  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final String HOW = "usage: pipeline --key raw/FILE or raw/DATASET/FILE";

  /// Containers have at least 30 seconds to end after SIGTERM.
  private static final int SECONDS_TO_FINISH_AN_EPOCH = 20;

  private static final int SECONDS_TO_STOP = 5;
  private static final System.Logger LOG = System.getLogger(PipelineCommand.class.getName());

  private final Instance<ObjectStore> store;
  private final boolean refit;
  private final int keepVersions;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Thread working;

  PipelineCommand(
      Instance<ObjectStore> store,
      @ConfigProperty(name = "recsys.refit") boolean refit,
      @ConfigProperty(name = "recsys.keep-versions") int keepVersions) {
    this.store = store;
    this.refit = refit;
    this.keepVersions = keepVersions;
  }

  /// The result of the command.
  ///
  /// @param dataset the upload's dataset
  /// @param manifest the key of the model's manifest: that of all rows if there is one, else the
  ///     scored model's
  /// @param evaluation the key of the scored model's evaluation
  /// @param report the key of its report
  /// @param verdict the gate's decision
  /// @param published whether the dataset's current model is this one
  record Result(
      String dataset,
      String manifest,
      String evaluation,
      String report,
      String verdict,
      boolean published) {}

  /// Runs the command.
  ///
  /// @return the exit status: 0 if the upload became a model, published or refused by the gate, 1
  ///     if it did not, 2 if the arguments are wrong
  @Override
  public int run(String... args) {
    working = Thread.currentThread();
    try {
      if (args.length != 2 || !args[0].equals("--key")) {
        return complain(USAGE, HOW);
      }
      Result result = run(args[1]);
      System.out.println(new String(Json.writeLine(result), StandardCharsets.UTF_8));
      return 0;
    } catch (OutOfMemoryError e) {
      return complain(FAILED, Runs.outOfMemory(e));
    } catch (IOException | RuntimeException e) {
      if (stopping) {
        return complain(FAILED, args[1] + " is unfinished; the same command continues");
      }
      LOG.log(Level.DEBUG, "the command failed", e);
      return complain(FAILED, sentence(e));
    } finally {
      ended.countDown();
    }
  }

  private Result run(String key) throws IOException {
    ObjectInfo upload = upload(key);
    Results results = new Results();
    LocalPipeline.Outcome outcome =
        new LocalPipeline(store.get(), refit, keepVersions, results).run(upload);
    EvaluateResult evaluation = Objects.requireNonNull(results.evaluation);
    return new Result(
        outcome.dataset(),
        outcome.model() + StoreLayout.MANIFEST,
        evaluation.manifest(),
        evaluation.report(),
        evaluation.figures().verdict().decision().toString(),
        results.published);
  }

  private ObjectInfo upload(String key) throws IOException {
    try {
      StoreLayout.datasetOfUpload(key);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("--key: " + e.getMessage());
    }
    return store
        .get()
        .find(key)
        .orElseThrow(
            () ->
                RequestException.notFound(
                    "--key: there is no object "
                        + ObjectKeys.quote(key)
                        + " in "
                        + store.get().location()));
  }

  private static int complain(int status, String sentence) {
    LOG.log(Level.ERROR, "{0}", sentence);
    return status;
  }

  /// Returns what went wrong, for people.
  private static String sentence(Exception problem) {
    if (problem instanceof FunctionException
        || (problem instanceof IOException && problem.getMessage() != null)) {
      return String.valueOf(problem.getMessage());
    }
    return StoreCheck.describe(problem);
  }

  /// Stops the pipeline when the process is asked to end.
  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    Thread thread = working;
    if (thread == null || ended.getCount() == 0) {
      return;
    }
    stopping = true;
    LOG.log(Level.INFO, "stopping; the same command continues");
    try (Deadline.Scope _ = Deadline.in(Duration.ZERO)) {
      if (!ended.await(SECONDS_TO_FINISH_AN_EPOCH, TimeUnit.SECONDS)) {
        thread.interrupt();
        ended.await(SECONDS_TO_STOP, TimeUnit.SECONDS);
      }
    }
  }

  /// Keeps the results of the steps.
  private static final class Results implements PipelineListener {
    private @Nullable EvaluateResult evaluation;
    private boolean published;

    @Override
    public void onStepStarted(String step) {}

    @Override
    public void onStepDone(String step, boolean cached, double seconds, String summary) {}

    @Override
    public void onStepSkipped(String step) {}

    @Override
    public void onEvaluated(EvaluateResult result, String summary) {
      evaluation = result;
    }

    @Override
    public void onPublished(PublishResult result, boolean isOurs) {
      published = isOurs;
    }

    @Override
    public void onActivity(Activity activity) {}

    @Override
    public void onEpoch(EpochReport epoch) {}
  }
}
