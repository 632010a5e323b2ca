package com.craftyverse.recsys.predict;

import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The function `predict`. One instance, since it keeps the models.
@Singleton
public final class PredictFunction {
  private final Predict predict;

  @Inject
  PredictFunction(
      ObjectStore store, @ConfigProperty(name = "recsys.dataset") Optional<String> dataset) {
    this.predict = new Predict(store, dataset);
  }

  /// Predicts a user's ratings of some movies.
  @Funq("predict")
  public PredictResult predict(PredictRequest request) {
    return FunctionCall.run(() -> predict.run(Request.requireBody(request)));
  }
}
