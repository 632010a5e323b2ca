package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/// The `evaluate` function.
public final class EvaluateFunction {
  private final Evaluate evaluate;

  /// @param store where the step reads and writes
  @Inject
  public EvaluateFunction(ObjectStore store) {
    this.evaluate = new Evaluate(store);
  }

  /// Evaluates the model that the request names.
  @Funq("evaluate")
  public EvaluateResult evaluate(@Nullable EvaluateRequest request) {
    return ErrorMapper.call(() -> evaluate.run(Request.requireBody(request)));
  }
}
