package com.craftyverse.recsys.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;

/// An HTTP client for the application under test.
final class Http {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Http() {}

  record Answer(int status, String text) {
    JsonNode json() {
      try {
        return MAPPER.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(text, e);
      }
    }

    String error() {
      return json().path("error").asText();
    }
  }

  /// Calls a function over HTTP.
  static Answer post(String function, String json, String... headers) {
    return send(uri("quarkus.http.test-port", "/" + function), "POST", json, headers);
  }

  static Answer put(String path, byte[] body, String... headers) {
    return send(
        uri("quarkus.http.test-port", path),
        "PUT",
        HttpRequest.BodyPublishers.ofByteArray(body),
        headers);
  }

  /// Opens a stream of server-sent events.
  static Stream<String> lines(String path) throws IOException, InterruptedException {
    HttpResponse<Stream<String>> response =
        CLIENT.send(
            HttpRequest.newBuilder(uri("quarkus.http.test-port", path)).build(),
            HttpResponse.BodyHandlers.ofLines());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answers " + response.statusCode());
    }
    return response.body();
  }

  static Answer get(String path) {
    return send(uri("quarkus.http.test-port", path), "GET", "");
  }

  /// Sends an event to the function that the Lambda binding exports.
  static Answer invoke(String json) {
    return send(uri("quarkus.lambda.mock-event-server.test-port", "/"), "POST", json);
  }

  /// Returns the origin of pages of the server under test.
  static String origin() {
    String page = uri("quarkus.http.test-port", "/").toString();
    return page.substring(0, page.length() - 1);
  }

  private static URI uri(String portProperty, String path) {
    int port = ConfigProvider.getConfig().getValue(portProperty, Integer.class);
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static Answer send(URI uri, String method, String body, String... headers) {
    return send(uri, method, HttpRequest.BodyPublishers.ofString(body), headers);
  }

  private static Answer send(
      URI uri, String method, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
