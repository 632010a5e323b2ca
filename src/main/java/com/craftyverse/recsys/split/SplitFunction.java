package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;

/// The function `split`.
public final class SplitFunction {
  private final Split split;

  @Inject
  SplitFunction(ObjectStore store) {
    this.split = new Split(store);
  }

  /// Splits a dataset into training, test and validation sets.
  @Funq("split")
  public SplitResult split(SplitRequest request) {
    return ErrorMapper.call(() -> split.run(Request.requireBody(request)));
  }
}
