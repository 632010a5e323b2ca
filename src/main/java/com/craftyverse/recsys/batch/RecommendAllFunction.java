package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The function `recommendAll`.
public final class RecommendAllFunction {
  private final RecommendAll recommendAll;

  /// @param store the store that holds the models and receives the batches
  /// @param dataset the dataset of requests that name none
  @Inject
  public RecommendAllFunction(
      ObjectStore store, @ConfigProperty(name = "recsys.dataset") Optional<String> dataset) {
    this.recommendAll = new RecommendAll(store, dataset);
  }

  /// Writes the recommendations of all users, or of some.
  @Funq("recommendAll")
  public RecommendAllResult recommendAll(@Nullable RecommendAllRequest request) {
    return ErrorMapper.call(() -> recommendAll.run(Request.requireBody(request)));
  }
}
