package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The function `train`.
public final class TrainFunction {
  private static final System.Logger LOG = System.getLogger(TrainFunction.class.getName());

  private final Train train;

  /// @param store the store that the step reads and writes
  @Inject
  public TrainFunction(ObjectStore store) {
    this.train = new Train(store);
  }

  /// Logs the kernel at the start of a process that only trains. Without C2 or the vector module, training
  /// is slow, and that should not first show up on the bill.
  void logKernel(
      @Observes StartupEvent start,
      @ConfigProperty(name = "quarkus.funqy.export") Optional<String> export) {
    if (export.equals(Optional.of("train"))) {
      LOG.log(Level.INFO, "train runs on the {0}", Kernels.fastest());
    }
  }

  /// Trains a model on the index that the request names.
  @Funq("train")
  public TrainResult train(@Nullable TrainRequest request) {
    return ErrorMapper.call(() -> train.run(Request.requireBody(request)));
  }
}
