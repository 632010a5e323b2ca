package com.craftyverse.recsys.local;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// Serves `GET /openapi.json`, the description of the HTTP API. The build generates the file from the
/// functions and their records.
@ApplicationScoped
class OpenApiRoute {
  private static final String PATH = "/openapi.json";

  void register(@Observes Router router) {
    router.route(PATH).handler(this::answer);
  }

  private void answer(RoutingContext context) {
    HttpMethod method = context.request().method();
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
      HttpGuard.answer(context, 405, PATH + " takes GET");
      return;
    }
    HttpServerResponse response = context.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    if (method.equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(Document.CONTENT.length()));
      response.end();
    } else {
      response.end(Document.CONTENT);
    }
  }

  /// The document, read by the first request.
  private static final class Document {
    static final Buffer CONTENT = read();

    private static Buffer read() {
      try (InputStream file = OpenApiRoute.class.getResourceAsStream("openapi.json")) {
        return Buffer.buffer(Objects.requireNonNull(file, "openapi.json").readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
