package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Serves `GET /models/{dataset}/{model}/{report}`: the reports of the store at their keys, and nothing else of it.
@ApplicationScoped
class ReportRoute {
  /// A report needs nothing but its own style sheet, whose digest its own policy names.
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final ObjectStore store;

  ReportRoute(ObjectStore store) {
    this.store = store;
  }

  void register(@Observes Router router) {
    router.get("/models/:dataset/:model/:report").handler(this::answer);
  }

  private void answer(RoutingContext context) {
    String key =
        String.join(
            "/",
            "models",
            context.pathParam("dataset"),
            context.pathParam("model"),
            context.pathParam("report"));
    if (!ObjectKeys.isValid(key) || !StoreLayout.isReport(key)) {
      HttpGuard.answer(context, 404, ObjectKeys.quote(key) + " is no report of a model");
      return;
    }
    context
        .vertx()
        .executeBlocking(() -> store.read(key).content(), false)
        .onSuccess(report -> answer(context, report))
        .onFailure(
            problem -> {
              if (problem instanceof NoSuchObjectException) {
                HttpGuard.answer(
                    context, 404, "there is no report " + ObjectKeys.quote(key) + " in the store");
              } else {
                context.fail(problem);
              }
            });
  }

  private static void answer(RoutingContext context, byte[] report) {
    HttpServerResponse response = context.response();
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    response.end(Buffer.buffer(report));
  }
}
