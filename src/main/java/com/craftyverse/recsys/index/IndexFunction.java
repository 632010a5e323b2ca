package com.craftyverse.recsys.index;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;

/// The function `index`.
public final class IndexFunction {
  private final Index index;

  @Inject
  IndexFunction(ObjectStore store) {
    this.index = new Index(store);
  }

  /// Maps users and items to dense indices and writes the training set.
  @Funq("index")
  public IndexResult index(IndexRequest request) {
    return ErrorMapper.call(() -> index.run(Request.requireBody(request)));
  }
}
