package com.craftyverse.recsys.local;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;

/// The functions `submit` and `stop`, which only a local server has: in the cloud, an upload to the bucket starts a run
/// and the state machine's console stops it.
public final class RunFunctions {
  private final Submit submit;
  private final Runs runs;

  @Inject
  RunFunctions(Submit submit, Runs runs) {
    this.submit = submit;
    this.runs = runs;
  }

  /// Moves an upload to where the pipeline takes it and queues a run.
  @Funq("submit")
  public SubmitResult submit(SubmitRequest request) {
    return ErrorMapper.call(() -> submit.run(Request.requireBody(request)));
  }

  /// Stops a run.
  @Funq("stop")
  public Run stop(StopRequest request) {
    return ErrorMapper.call(
        () -> runs.stop(Request.require("run", Request.requireBody(request).run())));
  }
}
