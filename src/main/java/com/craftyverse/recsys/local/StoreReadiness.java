package com.craftyverse.recsys.local;

import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ServeFunction;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/// The server is ready while its store answers. `GET /health/ready` also says where the store is and, if
/// it is in memory, which model answers requests that name no dataset.
@Readiness
@ApplicationScoped
class StoreReadiness implements HealthCheck {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /// No object has this key; the store has to look it up.
  private static final String PROBE = "models/ready";

  private final ObjectStore store;
  private final ModelCache models;
  private final Duration limit;

  /// A question that the store has not answered yet. Later checks wait for the same one, so that a store
  /// that hangs occupies one thread.
  private @Nullable FutureTask<String> pending;

  @Inject
  StoreReadiness(ObjectStore store, ServeFunction serve) {
    this(store, serve.modelCache(), LIMIT);
  }

  /// @param limit how long a check waits for the store
  StoreReadiness(ObjectStore store, ModelCache models, Duration limit) {
    this.store = store;
    this.models = models;
    this.limit = limit;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("store");
    response.withData("location", store.location());
    models
        .loadedDefault()
        .ifPresent(
            model ->
                response.withData("dataset", model.dataset()).withData("model", model.model()));
    String problem = problem();
    return problem.isEmpty()
        ? response.up().build()
        : response.withData("problem", problem).down().build();
  }

  /// Returns why the store does not answer; empty if it does.
  private String problem() {
    try {
      return ask().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return "the store has not answered within " + limit.toMillis() + " ms";
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return String.valueOf(cause.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the check was interrupted";
    }
  }

  private synchronized FutureTask<String> ask() {
    FutureTask<String> question = pending;
    if (question == null || question.isDone()) {
      question = new FutureTask<>(this::lookUp);
      pending = question;
      Thread.ofVirtual().name("store-readiness").start(question);
    }
    return question;
  }

  private String lookUp() throws IOException {
    Optional<ObjectInfo> _ = store.find(PROBE);
    String location = store.location();
    return location.contains("://") || Files.isWritable(Path.of(location))
        ? ""
        : "the server cannot write to the directory " + location;
  }
}
