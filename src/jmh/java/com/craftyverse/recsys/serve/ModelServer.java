package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A minimal S3 server: serves objects and ranges of them, with their ETags. It answers from memory and
/// checks no signature, because, unlike S3, it runs on the same processors as the code being measured.
final class ModelServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
  private static final int PIECE = 1 << 16;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final LocalObjectStore store;
  private final String bucket;
  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

  /// Starts the server on a free port.
  ///
  /// @param store the store that holds the objects
  ModelServer(LocalObjectStore store, String bucket) throws IOException {
    // Without it, the head and the body of an answer wait for each other.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.store = store;
    this.bucket = bucket;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String key = exchange.getRequestURI().getPath().substring(bucket.length() + 2);
      if (!exchange.getRequestMethod().equals("GET") || store.find(key).isEmpty()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] object = objects.get(key);
      if (object == null) {
        object = store.read(key).content();
        objects.put(key, object);
      }
      send(exchange, key, object);
    }
  }

  private static void send(HttpExchange exchange, String key, byte[] object) throws IOException {
    int from = 0;
    int to = object.length;
    Headers headers = exchange.getResponseHeaders();
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null) {
      Matcher matcher = RANGE.matcher(range);
      if (!matcher.matches()) {
        throw new IOException(range);
      }
      from = Integer.parseInt(matcher.group(1));
      to = Integer.parseInt(matcher.group(2)) + 1;
      headers.set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + object.length);
    }
    headers.set("ETag", "\"" + Integer.toHexString(key.hashCode()) + "\"");
    headers.set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    headers.set("Content-Type", "application/octet-stream");
    exchange.sendResponseHeaders(range == null ? 200 : 206, to - from);
    OutputStream body = exchange.getResponseBody();
    for (int at = from; at < to; at += PIECE) {
      body.write(object, at, Math.min(PIECE, to - at));
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
