package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.storage.ObjectStore;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// `GET /runs`, the state of the server, and `GET /events`, its changes as [server-sent events][spec].
///
/// A stream begins with an event `state`, a [ServerState]. Each change of a run sends an event `run` with the whole
/// [Run], which replaces the one with the same number. So a client that reconnects, or comes late, needs nothing but the
/// stream. For a client that reads slowly, later states of a run replace earlier ones that were not sent yet.
///
/// [spec]: https://html.spec.whatwg.org/multipage/server-sent-events.html
@ApplicationScoped
class RunEvents {
  private static final int MAX_STREAMS = 100;
  private static final long HEARTBEAT_MILLIS = 15_000;

  /// How long a client waits before it connects again.
  private static final int RETRY_MILLIS = 2_000;

  private final ObjectStore store;
  private final boolean watching;
  private final Submit submit;
  private final Runs runs;
  private final AtomicInteger streams = new AtomicInteger();

  RunEvents(
      ObjectStore store,
      @ConfigProperty(name = "recsys.watch") boolean watching,
      Submit submit,
      Runs runs) {
    this.store = store;
    this.watching = watching;
    this.submit = submit;
    this.runs = runs;
  }

  void register(@Observes Router router) {
    router
        .get("/runs")
        .handler(
            context ->
                context
                    .response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(Buffer.buffer(Json.writeLine(state()))));
    router.get("/events").handler(this::stream);
  }

  private ServerState state() {
    return new ServerState(
        store.location(), watching, submit.sampleName().orElse(null), runs.list());
  }

  private void stream(RoutingContext context) {
    if (streams.incrementAndGet() > MAX_STREAMS) {
      streams.decrementAndGet();
      HttpGuard.answer(
          context, 503, "there are " + MAX_STREAMS + " event streams already; close one");
      return;
    }
    HttpServerResponse response =
        context
            .response()
            .setChunked(true)
            .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Stream stream = new Stream(response, context.vertx());
    runs.subscribe(stream);
    response.closeHandler(
        _ -> {
          runs.unsubscribe(stream);
          stream.close();
          streams.decrementAndGet();
        });
    // After the subscription, so that no change is missed. A change that the state already has does
    // no harm.
    stream.start(state());
  }

  private static Buffer event(String name, Object data) {
    return Buffer.buffer("event: " + name + "\ndata: ")
        .appendBytes(Json.writeLine(data))
        .appendString("\n\n");
  }

  /// A client's stream. All of it but [#accept] runs on the connection's event loop.
  private static final class Stream implements Consumer<Run> {
    private final HttpServerResponse response;
    private final Vertx vertx;
    private final Context context;
    private final SequencedMap<String, Run> unsent = new LinkedHashMap<>();
    private final long heartbeat;
    private boolean started;
    private boolean closed;

    Stream(HttpServerResponse response, Vertx vertx) {
      this.response = response;
      this.vertx = vertx;
      this.context = vertx.getOrCreateContext();
      this.heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, _ -> sendHeartbeat());
      response.drainHandler(_ -> send());
    }

    void start(ServerState state) {
      response.write(Buffer.buffer("retry: " + RETRY_MILLIS + "\n\n"));
      response.write(event("state", state));
      started = true;
      send();
    }

    @Override
    public void accept(Run run) {
      context.runOnContext(
          _ -> {
            unsent.put(run.run(), run);
            send();
          });
    }

    private void send() {
      while (started && !closed && !response.writeQueueFull() && !unsent.isEmpty()) {
        response.write(event("run", unsent.pollFirstEntry().getValue()));
      }
    }

    /// Keeps proxies from closing a quiet stream, and finds out about clients that are gone.
    private void sendHeartbeat() {
      if (started && !closed && !response.writeQueueFull()) {
        response.write(": \n\n");
      }
    }

    void close() {
      closed = true;
      vertx.cancelTimer(heartbeat);
    }
  }
}
