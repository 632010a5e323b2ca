package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/// The function `train`.
public final class TrainFunction {
  private final Train train;

  /// @param store where the step reads and writes
  @Inject
  public TrainFunction(ObjectStore store) {
    this.train = new Train(store);
  }

  /// Trains a model on the index that the request names.
  @Funq("train")
  public TrainResult train(@Nullable TrainRequest request) {
    return FunctionCall.run(() -> train.run(Request.requireBody(request)));
  }
}
