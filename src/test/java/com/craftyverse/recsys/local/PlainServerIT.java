package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Starts the jar built by `package` as the README says.
class PlainServerIT {
  private static final Pattern LISTENING = Pattern.compile("Listening on: http://(.+):(\\d+)");

  @TempDir Path directory;

  @Test
  void server_listensOnTheLoopbackAddress_andAnswers() throws Exception {
    Process server = start(directory.toString());
    try {
      try (BufferedReader log = server.inputReader(StandardCharsets.UTF_8)) {
        int port = port(log);
        HttpResponse<String> answer =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/predict"))
                        .POST(
                            HttpRequest.BodyPublishers.ofString(
                                "{\"userId\": 1, \"itemIds\": [1]}"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("no model has been published yet");
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void upload_ofAGigabyte_takesConstantMemory_andAppearsWhole() throws Exception {
    Process server = start(directory.toString(), "-Xmx96m", "-XX:MaxDirectMemorySize=64m");
    try (BufferedReader log = server.inputReader(StandardCharsets.UTF_8)) {
      int port = port(log);
      Path incoming = directory.resolve("incoming");
      byte[] part = new byte[1 << 20];
      AtomicInteger sent = new AtomicInteger();
      HttpRequest.BodyPublisher gigabyte =
          HttpRequest.BodyPublishers.ofByteArrays(
              () ->
                  Stream.generate(
                          () -> {
                            assertThat(incoming).as("after %s MB", sent).doesNotExist();
                            sent.incrementAndGet();
                            return part;
                          })
                      .limit(1 << 10)
                      .iterator());
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + port + "/uploads/large.csv"))
                      .PUT(gigabyte)
                      .timeout(Duration.ofMinutes(2))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      assertThat(incoming.resolve("large.csv")).hasSize(1L << 30);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void serverWithoutAStore_saysSoAndExits() throws Exception {
    Process server = start(null);
    String log = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(server.waitFor()).isEqualTo(1);
    assertThat(log)
        .contains("no store is configured: set RECSYS_STORE to a directory or to s3://bucket")
        .doesNotContain("\tat ");
  }

  /// Reads the log up to the line with the address, which must be the loopback address.
  private static int port(BufferedReader log) throws IOException {
    Matcher listening = LISTENING.matcher("");
    String line = log.readLine();
    while (line != null && !listening.reset(line).find()) {
      line = log.readLine();
    }
    assertThat(line).as("the line with the address").isNotNull();
    assertThat(listening.group(1)).isEqualTo("127.0.0.1");
    return Integer.parseInt(listening.group(2));
  }

  private static Process start(@Nullable String store, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-jar", "target/quarkus-app/quarkus-run.jar"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("QUARKUS_HTTP_PORT", "0");
    builder.environment().remove("RECSYS_STORE");
    if (store != null) {
      builder.environment().put("RECSYS_STORE", store);
    }
    return builder.redirectErrorStream(true).start();
  }
}
