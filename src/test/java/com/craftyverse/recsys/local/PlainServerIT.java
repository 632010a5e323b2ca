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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
      Matcher listening = LISTENING.matcher("");
      try (BufferedReader log = server.inputReader(StandardCharsets.UTF_8)) {
        String line = log.readLine();
        while (line != null && !listening.reset(line).find()) {
          line = log.readLine();
        }
        assertThat(line).as("the line with the address").isNotNull();
        assertThat(listening.group(1)).isEqualTo("127.0.0.1");
        HttpResponse<String> answer =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + listening.group(2) + "/predict"))
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
  void serverWithoutAStore_saysSoAndExits() throws Exception {
    Process server = start(null);
    String log = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(server.waitFor()).isEqualTo(1);
    assertThat(log)
        .contains("no store is configured: set RECSYS_STORE to a directory or to s3://bucket")
        .doesNotContain("\tat ");
  }

  private static Process start(@Nullable String store) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            "target/quarkus-app/quarkus-run.jar");
    builder.environment().put("QUARKUS_HTTP_PORT", "0");
    builder.environment().remove("RECSYS_STORE");
    if (store != null) {
      builder.environment().put("RECSYS_STORE", store);
    }
    return builder.redirectErrorStream(true).start();
  }
}
