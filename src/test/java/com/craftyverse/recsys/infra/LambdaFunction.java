package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// A packaged function, run as Lambda runs it: the unzipped package in its own process under AWS's
/// runtime interface client, which takes events from an emulated Runtime API.
final class LambdaFunction implements AutoCloseable {
  private static final String API = "/2018-06-01/runtime/";
  private static final int SECONDS = 60;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private record Event(String id, byte[] payload, Duration timeout) {}

  private final HttpServer api;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Map<String, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile int connectionsInSnapshot = -1;
  private final Runnable beforeRestore;
  private volatile boolean freezes;
  private final Process process;
  private final Path log;

  /// Starts the process and waits until it asks for its first event.
  ///
  /// @param task the unzipped package
  /// @param handler the handler, as in the template
  /// @param environment the function's variables
  /// @param memory megabytes, as in the template
  /// @param beforeRestore runs between snapshot and restore if the environment asks for a snapshot
  LambdaFunction(
      Path task,
      String handler,
      Map<String, String> environment,
      int memory,
      Runnable beforeRestore)
      throws IOException {
    this.beforeRestore = beforeRestore;
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(API, this::serve);
    api.setExecutor(threads);
    api.start();
    log = Files.createTempFile("lambda", ".log");
    List<String> command = new ArrayList<>();
    String wrapper = environment.get("AWS_LAMBDA_EXEC_WRAPPER");
    if (wrapper != null) {
      command.add(task + wrapper.substring("/var/task".length()));
    }
    // The JVM options of Java 25's managed runtime, without SnapStart.
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:MaxHeapSize=" + memory * 85 / 100 + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            "-cp",
            task + ":" + task + "/lib/*:" + runtimeInterfaceClient(),
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
            handler));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + api.getAddress().getPort());
    builder.environment().put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
    builder.environment().put("AWS_LAMBDA_FUNCTION_NAME", "test");
    builder.environment().put("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    builder.environment().put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(memory));
    builder.environment().put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test");
    builder.environment().put("AWS_LAMBDA_LOG_STREAM_NAME", "test");
    builder.environment().put("AWS_REGION", "us-east-1");
    builder.environment().put("LAMBDA_TASK_ROOT", task.toString());
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.directory(task.toFile());
    // The client unpacks a library to a fixed path in /tmp, which it shares with nobody on Lambda.
    synchronized (LambdaFunction.class) {
      process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      threads.execute(this::failWhenItEnds);
      awaitReady();
    }
  }

  private void awaitReady() throws IOException {
    try {
      if (!ready.await(SECONDS, TimeUnit.SECONDS) || !process.isAlive()) {
        throw new IOException("the process does not start: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private void failWhenItEnds() {
    process.onExit().join();
    ready.countDown();
    answers.values().stream()
        .filter(answer -> !answer.isDone())
        .forEach(
            answer -> answer.completeExceptionally(new IOException("the process ended: " + log())));
  }

  /// Unzips a package as Lambda does, including the executable bits.
  static Path unzip(Path zip, Path directory) throws IOException {
    try (ZipFile file = ZipFile.builder().setPath(zip).get()) {
      Enumeration<ZipArchiveEntry> entries = file.getEntries();
      while (entries.hasMoreElements()) {
        ZipArchiveEntry entry = entries.nextElement();
        Path target = directory.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        Files.createDirectories(target.getParent());
        if (!Files.exists(target)) {
          Files.copy(file.getInputStream(entry), target);
        }
        if ((entry.getUnixMode() & 0100) != 0) {
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
    return directory;
  }

  /// Sends an event.
  ///
  /// @param timeout the remaining time that the function sees
  /// @throws LambdaError if the function answers with an error
  JsonNode invoke(JsonNode event, Duration timeout) {
    Event sent =
        new Event(
            "request-" + ids.incrementAndGet(),
            event.toString().getBytes(StandardCharsets.UTF_8),
            timeout);
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(sent.id, answer);
    events.add(sent);
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LambdaError error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException("no answer: " + log(), e);
    }
  }

  /// Stops the process between invocations from now on, as Lambda freezes it.
  void freezeBetweenInvocations() throws IOException {
    freezes = true;
    signal("STOP");
  }

  private void signal(String name) throws IOException {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
      if (kill.waitFor() != 0) {
        throw new IOException("the process cannot be sent SIG" + name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /// Returns how many TCP connections the process had at its snapshot, not counting the one to the
  /// Runtime API; -1 if there was no snapshot.
  int connectionsInSnapshot() {
    return connectionsInSnapshot;
  }

  private int connections() throws IOException {
    Set<String> sockets = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(proc("fd"))) {
      for (Path file : files) {
        sockets.add(Files.readSymbolicLink(file).toString());
      }
    }
    String port = String.format(Locale.ROOT, ":%04X", api.getAddress().getPort());
    int established = 0;
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : Files.readAllLines(proc(table))) {
        String[] columns = line.strip().split(" +");
        if (columns[3].equals("01")
            && !columns[2].endsWith(port)
            && sockets.contains("socket:[" + columns[9] + "]")) {
          established++;
        }
      }
    }
    return established;
  }

  private Path proc(String file) {
    return Path.of("/proc", String.valueOf(process.pid()), file);
  }

  /// Returns the process's output.
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(API.length());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals("invocation/next")) {
      next(exchange);
      return;
    }
    if (path.equals("restore/next")) { // between snapshot and restore
      connectionsInSnapshot = connections();
      beforeRestore.run();
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    String[] parts = path.split("/");
    if (path.startsWith("init/error")) {
      answers
          .values()
          .forEach(
              answer ->
                  answer.completeExceptionally(
                      new IOException(new String(body, StandardCharsets.UTF_8))));
    } else if (parts[2].equals("response")) {
      answers.get(parts[1]).complete(body.length == 0 ? MAPPER.nullNode() : MAPPER.readTree(body));
    } else {
      JsonNode error = MAPPER.readTree(body);
      answers
          .get(parts[1])
          .completeExceptionally(
              new LambdaError(
                  error.path("errorType").asText(), error.path("errorMessage").asText()));
    }
    exchange.sendResponseHeaders(202, -1);
    exchange.close();
  }

  private void next(HttpExchange exchange) throws IOException {
    Event event;
    ready.countDown();
    if (freezes) {
      signal("STOP");
    }
    try {
      event = events.take();
      if (freezes) {
        signal("CONT");
      }
    } catch (InterruptedException e) {
      exchange.close();
      return;
    }
    exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", event.id);
    exchange
        .getResponseHeaders()
        .add(
            "Lambda-Runtime-Deadline-Ms",
            String.valueOf(System.currentTimeMillis() + event.timeout.toMillis()));
    exchange
        .getResponseHeaders()
        .add(
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:111122223333:function:test");
    exchange.getResponseHeaders().add("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e8");
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, event.payload.length);
    exchange.getResponseBody().write(event.payload);
    exchange.close();
  }

  /// Returns the client's own jars on the tests' class path.
  private static String runtimeInterfaceClient() {
    return String.join(
        ":",
        Arrays.stream(System.getProperty("java.class.path").split(":"))
            .filter(jar -> jar.contains("aws-lambda-java-") || jar.contains("utils-lite"))
            .toList());
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    threads.shutdownNow();
    api.stop(0);
    Files.deleteIfExists(log);
  }
}
