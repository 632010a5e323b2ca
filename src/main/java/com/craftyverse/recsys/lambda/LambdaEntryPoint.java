package com.craftyverse.recsys.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.Metrics;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.funqy.lambda.FunqyStreamHandler;
import io.quarkus.funqy.runtime.ApplicationException;
import io.quarkus.runtime.Quarkus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// The handler of every function: `com.craftyverse.recsys.lambda.LambdaEntryPoint::handleRequest`.
/// `QUARKUS_FUNQY_EXPORT` names the function to run.
///
/// It delegates to Funqy's handler and adds what that drops: the remaining time as a [Deadline], the ids
/// of the upload and of the request in every log line, and typed errors. A caller's mistake becomes a
/// [RequestException] with its sentence only.
///
/// It does not implement Lambda's interface, because Quarkus allows only one implementation. Lambda
/// accepts any class with a method of this shape.
public final class LambdaEntryPoint {
  static {
    Logging.installLogManager();
  }

  private static final Logger LOG = Logger.getLogger(LambdaEntryPoint.class);
  private static final String REQUEST_ID = "requestId";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final FunqyStreamHandler handler = new FunqyStreamHandler();
  private final boolean returnsClientErrors;

  /// Boots the application while Lambda initializes the process, before it takes a snapshot.
  public LambdaEntryPoint() {
    this(false);
  }

  /// @param returnsClientErrors whether to answer a caller's mistake with its status and sentence
  ///     instead of failing the invocation, which would count towards the alarms
  LambdaEntryPoint(boolean returnsClientErrors) {
    this.returnsClientErrors = returnsClientErrors;
    Quarkus.manualStart();
    Logging.installJsonFormatter();
  }

  /// Runs the function on an event, or on the request that a function URL wrapped in one.
  ///
  /// @throws RequestException if the request or the data it names is invalid; the caller of a
  ///     function URL gets an error answer instead
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    byte[] event = input.readAllBytes();
    JsonNode json = tree(event);
    MDC.put(REQUEST_ID, context.getAwsRequestId());
    MDC.put(Request.CORRELATION_ID, CorrelationId.of(json).orElse(context.getAwsRequestId()));
    try (Deadline.Scope _ = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()))) {
      Optional<byte[]> body = FunctionUrl.request(json);
      output.write(body.isPresent() ? answer(body.get(), context) : result(event, context));
    } finally {
      MDC.remove(REQUEST_ID);
      MDC.remove(Request.CORRELATION_ID);
    }
  }

  private static JsonNode tree(byte[] event) throws IOException {
    try {
      return MAPPER.readTree(event);
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode(); // the next reader reports the error
    }
  }

  private byte[] result(byte[] event, Context context) throws IOException {
    try {
      return run(event, context);
    } catch (FunctionException e) {
      if (!returnsClientErrors || e instanceof ServiceException) {
        throw e;
      }
      return FunctionUrl.error(e.status(), String.valueOf(e.getMessage()));
    }
  }

  private byte[] answer(byte[] body, Context context) throws IOException {
    try {
      return FunctionUrl.answer(200, run(body, context));
    } catch (FunctionException e) {
      return FunctionUrl.answer(e.status(), FunctionUrl.error(String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      return FunctionUrl.answer(500, FunctionUrl.error("the function failed; its log says why"));
    }
  }

  private byte[] run(byte[] request, Context context) throws IOException {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    try {
      handler.handleRequest(new ByteArrayInputStream(request), result, context);
      return result.toByteArray();
    } catch (ApplicationException | JsonProcessingException e) {
      FunctionException functionException = findFunctionException(e);
      if (functionException != null) {
        LOG.info("refused: " + functionException.getMessage());
        if (functionException instanceof ServiceException) {
          Metrics.emitFailure();
        }
        throw functionException;
      }
      if (e instanceof JsonProcessingException) {
        throw RequestException.invalid("the request is not valid JSON");
      }
      throw failure(e);
    }
  }

  private static @Nullable FunctionException findFunctionException(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof FunctionException functionException) {
        return functionException;
      }
    }
    return null;
  }

  private static RuntimeException failure(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    LOG.error("the function failed", cause);
    Metrics.emitFailure();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }
}
