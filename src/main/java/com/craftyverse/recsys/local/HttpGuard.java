package com.craftyverse.recsys.local;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.ObjectKeys;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunctionRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Guards the functions over HTTP.
///
/// Requests: it refuses a `Host` that is not this server's, and whatever a browser sends for a page of
/// another origin, so that no such page can reach a server on the loopback address, not even by DNS
/// rebinding. Another port of the same host is another origin. It refuses a body that is not the
/// function's request, with a sentence that names the field. Responses: every error becomes
/// `{"error": "…"}` with a matching status, and headers tell browsers to guess no content types, to run only
/// this server's scripts, to send no referrer, and to give no other origin's page a hold on this one.
@ApplicationScoped
class HttpGuard {
  private static final System.Logger LOG = System.getLogger(HttpGuard.class.getName());
  private static final int BEFORE_EVERYTHING = 10_000;
  private static final int BEFORE_FUNCTIONS = -10;

  /// After Quarkus' default route, which serves the page.
  private static final int AFTER_EVERYTHING = 15_000;

  private static final int MISDIRECTED = 421;

  /// What the page may do: run this server's scripts, use its style sheet, and call it. Titles, file names and
  /// ids come from strangers; even if one became markup, it could run nothing and reach nobody.
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /// `Sec-Fetch-Site` of a page of this server, and of an address that the user entered.
  private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

  private final List<String> allowedHosts;

  HttpGuard(@ConfigProperty(name = "recsys.http.allowed-hosts") List<String> allowedHosts) {
    this.allowedHosts =
        allowedHosts.stream().map(host -> host.strip().toLowerCase(Locale.ROOT)).toList();
  }

  void register(@Observes Filters filters) {
    filters.register(this::rejectForeignOrigins, BEFORE_EVERYTHING);
  }

  void register(@Observes Router router) {
    router.route().order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
    router.route("/:function").order(BEFORE_FUNCTIONS).handler(this::checkRequest);
    router.route().order(AFTER_EVERYTHING).handler(context -> context.fail(404));
  }

  /// Hands a request on unless it may come from a foreign page.
  void rejectForeignOrigins(RoutingContext context) {
    HostAndPort authority = context.request().authority();
    String host = authority == null ? null : authority.host();
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (authority == null || !isAllowed(authority.host())) {
      answer(
          context,
          MISDIRECTED,
          "the host "
              + ObjectKeys.quote(String.valueOf(host))
              + " is not this server's; allowed are "
              + String.join(", ", allowedHosts)
              + " (recsys.http.allowed-hosts)");
      return;
    }
    String own = origin(context.request().scheme(), authority);
    String origin = context.request().getHeader(HttpHeaders.ORIGIN);
    String site = context.request().getHeader("Sec-Fetch-Site");
    if (origin != null && !origin.equalsIgnoreCase(own)) {
      answer(
          context,
          403,
          "requests from " + ObjectKeys.quote(origin) + " are not allowed, only from " + own);
    } else if (site != null && !SAME_SITE.contains(site)) {
      answer(
          context,
          403,
          "requests with Sec-Fetch-Site "
              + ObjectKeys.quote(site)
              + " are not allowed, only those of pages of "
              + own);
    } else {
      context.next();
    }
  }

  private boolean isAllowed(String host) {
    return allowedHosts.contains(host.toLowerCase(Locale.ROOT));
  }

  /// Returns an origin as browsers write it: without the port if that is the scheme's default.
  private static String origin(String scheme, HostAndPort authority) {
    int standard = scheme.equals("https") ? 443 : 80;
    int port = authority.port();
    return scheme + "://" + authority.host() + (port < 0 || port == standard ? "" : ":" + port);
  }

  private void checkRequest(RoutingContext context) {
    FunctionInvoker function =
        FunctionRecorder.registry.matchInvoker(context.pathParam("function"));
    if (function == null) {
      context.next();
      return;
    }
    if (!context.request().method().equals(HttpMethod.POST)) {
      context.response().putHeader(HttpHeaders.ALLOW, "POST");
      answer(context, 405, function.getName() + " takes POST with a JSON object");
      return;
    }
    Buffer body = context.body() == null ? null : context.body().buffer();
    try {
      RequestJson.decode(
          body == null ? new byte[0] : body.getBytes(), (Class<?>) function.getInputType());
      context.next();
    } catch (RequestException e) {
      answer(context, e.status(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      context.fail(e);
    }
  }

  private void answerFailure(RoutingContext context) {
    Throwable failure = context.failure();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof FunctionException functionException) {
        answer(context, functionException.status(), String.valueOf(functionException.getMessage()));
        return;
      }
    }
    int status = context.statusCode();
    if (failure == null && status == 404) {
      answer(
          context,
          404,
          "there is no function at "
              + ObjectKeys.quote(context.request().path())
              + "; the functions are "
              + functionNames());
    } else if (failure == null && status >= 400 && status < 500) {
      answer(context, status, "the request was refused with status " + status);
    } else {
      LOG.log(Level.ERROR, context.request().path() + " failed", failure);
      answer(context, 500, "the server failed; its log says why");
    }
  }

  private static String functionNames() {
    return FunctionRecorder.registry.invokers().stream()
        .map(invoker -> "POST /" + invoker.getName())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /// Answers `{"error": "…"}`, unless the response has ended.
  static void answer(RoutingContext context, int status, String error) {
    if (context.response().ended()) {
      return;
    }
    context
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(Buffer.buffer(Json.write(Map.of("error", error))));
  }
}
