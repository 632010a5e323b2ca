package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// `PUT /uploads/{file}`: streams a file into the store as `incoming/{file}`. It takes constant memory whatever the size,
/// and the object appears once it is whole.
@ApplicationScoped
class UploadRoute {
  private static final System.Logger LOG = System.getLogger(UploadRoute.class.getName());

  /// Before the handler that reads the bodies of functions.
  private static final int BEFORE_BODIES = Integer.MIN_VALUE;

  private final ObjectStore store;
  private final HttpGuard guard;
  private final long maxBytes;

  UploadRoute(
      ObjectStore store,
      HttpGuard guard,
      @ConfigProperty(name = "recsys.max-upload-bytes") Optional<Long> maxUploadBytes) {
    this.store = store;
    this.guard = guard;
    this.maxBytes = maxUploadBytes.orElse(Long.MAX_VALUE);
  }

  void register(@Observes Router router) {
    router
        .put("/uploads/:file")
        .order(BEFORE_BODIES)
        .handler(guard::rejectForeignOrigins)
        .handler(this::receive);
  }

  private void receive(RoutingContext context) {
    HttpServerRequest request = context.request();
    String key;
    try {
      key = key(context.pathParam("file"));
    } catch (InvalidKeyException e) {
      HttpGuard.answer(context, 400, "the file name is invalid: " + e.getMessage());
      discard(request);
      return;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && Long.parseLong(length) > maxBytes) {
      refuseSize(context, Long.parseLong(length));
      discard(request);
      return;
    }
    request.pause();
    blocking(context.vertx(), store::newTempFile)
        .onSuccess(file -> new Reception(context, key, file).start())
        .onFailure(context::fail);
  }

  /// Returns the key of a file. Its name must also be valid below `raw/`.
  private static String key(String file) {
    if (file.contains("/")) {
      throw new InvalidKeyException("expected one without '/', found " + ObjectKeys.quote(file));
    }
    String _ = StoreLayout.datasetOfUpload(StoreLayout.RAW + file);
    return ObjectKeys.require(StoreLayout.INCOMING + file);
  }

  /// Reads on to the end, because a client that is still sending would not see the answer.
  private static void discard(HttpServerRequest request) {
    request.handler(_ -> {}).resume();
  }

  private void refuseSize(RoutingContext context, long bytes) {
    HttpGuard.answer(
        context,
        413,
        String.format(
            Locale.ROOT,
            "the file has %,d bytes or more, more than the limit of %,d (recsys.max-upload-bytes)",
            bytes,
            maxBytes));
  }

  private static <T> Future<T> blocking(Vertx vertx, Callable<T> work) {
    return vertx.executeBlocking(work, false);
  }

  /// The reception of one file. Runs on the connection's event loop.
  private final class Reception {
    private final RoutingContext context;
    private final HttpServerRequest request;
    private final String key;
    private final Path path;
    private long bytes;
    private boolean ended;

    Reception(RoutingContext context, String key, Path path) {
      this.context = context;
      this.request = context.request();
      this.key = key;
      this.path = path;
    }

    void start() {
      context
          .vertx()
          .fileSystem()
          .open(path.toString(), new OpenOptions().setWrite(true).setTruncateExisting(true))
          .onSuccess(this::receive)
          .onFailure(this::abort);
    }

    private void receive(AsyncFile file) {
      file.exceptionHandler(problem -> close(file, problem));
      file.drainHandler(_ -> request.resume());
      request.exceptionHandler(problem -> close(file, problem)); // the client is gone
      request.endHandler(_ -> finish(file));
      request.handler(
          buffer -> {
            bytes += buffer.length();
            if (ended) {
              return;
            }
            if (bytes > maxBytes) {
              refuseSize(context, bytes);
              close(file, null);
              return;
            }
            file.write(buffer);
            if (file.writeQueueFull()) {
              request.pause();
            }
          });
      request.resume();
    }

    private void finish(AsyncFile file) {
      if (ended) {
        return;
      }
      ended = true;
      file.close()
          .compose(
              _ ->
                  blocking(
                      context.vertx(),
                      () -> {
                        store.put(key, path);
                        return key;
                      }))
          .onSuccess(
              _ ->
                  context
                      .response()
                      .setStatusCode(201)
                      .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                      .end(Buffer.buffer(Json.write(Map.of("key", key, "bytes", bytes)))))
          .onFailure(this::abort);
    }

    private void close(AsyncFile file, @Nullable Throwable problem) {
      if (!ended) {
        ended = true;
        file.close().onComplete(_ -> abort(problem));
      }
    }

    /// Deletes what was received.
    private void abort(@Nullable Throwable problem) {
      ended = true;
      blocking(
              context.vertx(),
              () -> {
                Files.deleteIfExists(path);
                return key;
              })
          .onFailure(
              e -> LOG.log(Level.WARNING, "cannot delete the temporary file {0}: {1}", path, e));
      if (problem instanceof IOException) {
        LOG.log(Level.INFO, "the upload of {0} was broken off: {1}", key, problem.getMessage());
      }
      if (problem != null && !context.response().ended() && !context.response().closed()) {
        context.fail(problem);
      }
    }
  }
}
