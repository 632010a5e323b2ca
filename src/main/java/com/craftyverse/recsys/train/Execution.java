package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;

/// Execution settings, which do not affect the model.
///
/// @param threads number of platform threads for training
/// @param kernel the kernel and why it was chosen
/// @param maxSeconds time limit of this call's epochs; infinite without a limit
record Execution(int threads, Kernels.Choice kernel, double maxSeconds) {
  static final int MAX_THREADS = 64;
  static final int MAX_SECONDS = 1_000_000;

  /// Returns the settings of a request.
  ///
  /// @throws RequestException naming the field that is invalid or not supported here
  static Execution of(TrainRequest request) {
    int processors = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    return new Execution(
        TrainParameters.intOrDefault("threads", request.threads(), processors, MAX_THREADS),
        kernel(request.kernel() == null ? "auto" : request.kernel()),
        TrainParameters.doubleOrDefault(
            "maxSeconds", request.maxSeconds(), Double.POSITIVE_INFINITY, false, MAX_SECONDS));
  }

  private static Kernels.Choice kernel(String name) {
    return switch (name) {
      case "auto" -> Kernels.fastest();
      case "scalar" -> new Kernels.Choice(Kernels.scalar(), "as requested");
      case "vector" -> {
        try {
          yield new Kernels.Choice(Kernels.vector(), "as requested");
        } catch (UnsupportedOperationException e) {
          throw RequestException.invalid(
              "field 'kernel': vector is not available, " + e.getMessage());
        }
      }
      default ->
          throw RequestException.invalid(
              "field 'kernel': expected auto, scalar or vector, found " + ObjectKeys.quote(name));
    };
  }
}
