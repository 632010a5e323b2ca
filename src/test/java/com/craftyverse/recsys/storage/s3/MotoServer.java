package com.craftyverse.recsys.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Moto server in a separate process, if `moto_server` is installed.
public final class MotoServer implements S3TestServer {
  private static final Pattern RUNNING =
      Pattern.compile("Running on (http://127\\.0\\.0\\.1:\\d+)");
  private static final int START_SECONDS = 60;

  private final Process process;
  private final URI uri;

  private MotoServer(Process process, URI uri) {
    this.process = process;
    this.uri = uri;
  }

  /// Returns the path of the command.
  public static Optional<Path> command() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "moto_server"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Returns whether the command exists.
  public static boolean isInstalled() {
    return command().isPresent();
  }

  /// Starts the server on a free port.
  public static MotoServer start(Path command) throws Exception {
    // With port 0, its services would not find each other.
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    ProcessBuilder builder =
        new ProcessBuilder(command.toString(), "-H", "127.0.0.1", "-p", String.valueOf(port))
            .redirectErrorStream(true);
    builder.environment().put("S3_UPLOAD_PART_MIN_SIZE", "1");
    builder.environment().put("PYTHONUNBUFFERED", "1");
    Process process = builder.start();
    CompletableFuture<URI> uri = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> readOutput(process, uri));
    try {
      return new MotoServer(process, uri.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /// Drains the output; otherwise the process would block on a full pipe.
  private static void readOutput(Process process, CompletableFuture<URI> uri) {
    StringBuilder text = new StringBuilder();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher running = RUNNING.matcher(line);
        if (running.find()) {
          uri.complete(URI.create(running.group(1)));
        }
        if (!uri.isDone()) {
          text.append(line).append('\n');
        }
      }
      uri.completeExceptionally(new IOException("moto_server ended: " + text));
    } catch (IOException e) {
      uri.completeExceptionally(e);
    }
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
