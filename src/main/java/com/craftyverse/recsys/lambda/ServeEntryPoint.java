package com.craftyverse.recsys.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.craftyverse.recsys.serve.Preload;
import com.craftyverse.recsys.serve.ServeFunction;
import io.quarkus.arc.Arc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// The handler of the serving package:
/// `com.craftyverse.recsys.lambda.ServeEntryPoint::handleRequest`. The same as [LambdaEntryPoint], with the
/// model loaded while the application starts, and with an answer to a caller's mistake: `{"status": 404,
/// "error": "…"}`. What is left as a failed invocation is a failure.
public final class ServeEntryPoint {
  private final LambdaEntryPoint functions;

  /// Starts both.
  public ServeEntryPoint() {
    Logging.begin();
    Preload.begin(System.getenv());
    functions = new LambdaEntryPoint(true);
    if (Preload.isUnderWay()) {
      ready();
    }
  }

  /// An application that has no model yet starts, too.
  private static void ready() {
    Preload.help();
    try {
      Arc.container().instance(ServeFunction.class).get().ready();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Answers an event.
  ///
  /// @see LambdaEntryPoint#handleRequest
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    functions.handleRequest(input, output, context);
  }
}
