package com.craftyverse.recsys.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.RequestException;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.funqy.lambda.FunqyStreamHandler;
import io.quarkus.funqy.runtime.ApplicationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/// The handler of every function:
/// `com.craftyverse.recsys.lambda.LambdaEntryPoint::handleRequest`. `QUARKUS_FUNQY_EXPORT` names the
/// function that it runs.
///
/// It hands over to Funqy's handler and adds what that drops: the time that is left, as a [Deadline];
/// the request's id in every line of the log; and errors of their own type, a caller's mistake as a
/// [RequestException] with its sentence alone.
///
/// It does not implement Lambda's interface, of which Quarkus allows one implementation only: Lambda
/// takes any class with a method of this shape.
public final class LambdaEntryPoint {
  private static final Logger LOG = Logger.getLogger(LambdaEntryPoint.class);
  private static final String REQUEST_ID = "requestId";

  private final FunqyStreamHandler handler = new FunqyStreamHandler();

  /// Runs the function.
  ///
  /// @throws RequestException when the request or the data that it names is at fault
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    MDC.put(REQUEST_ID, context.getAwsRequestId());
    try (Deadline.Scope _ = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()))) {
      handler.handleRequest(input, output, context);
    } catch (ApplicationException | JsonProcessingException e) {
      RequestException refused = refusal(e);
      if (refused != null) {
        LOG.info("refused: " + refused.getMessage());
        throw refused;
      }
      if (e instanceof JsonProcessingException) {
        throw RequestException.invalid("the event is not valid JSON");
      }
      throw failure(e);
    } finally {
      MDC.remove(REQUEST_ID);
    }
  }

  private static @org.jspecify.annotations.Nullable RequestException refusal(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof RequestException refused) {
        return refused;
      }
    }
    return null;
  }

  private static RuntimeException failure(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    LOG.error("the function failed", cause);
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }
}
