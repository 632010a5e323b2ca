package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.s3.S3ProxyServer;
import com.craftyverse.recsys.storage.s3.S3TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the jar built by `package` as `pipeline --key …`, as a container does.
class PipelineCommandIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path SAMPLE = Path.of("data/sample/craftyverse-sample.zip");

  /// SIGTERM's, by the convention of shells.
  private static final int TERMINATED = 128 + 15;

  @TempDir Path directory;

  /// How a process ended.
  private record End(int status, String output, String log) {}

  private LocalObjectStore storeWithSample() throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory.resolve("store"));
    store.put("raw/shop/sample.zip", Files.readAllBytes(SAMPLE));
    store.put(
        "raw/shop/settings.json",
        """
        {"train": {"factors": 8, "epochs": 4, "rankingFactors": 16,
                   "rankingRegularization": 0.016, "rankingUnobservedWeight": 0.2}}
        """
            .getBytes(StandardCharsets.UTF_8));
    return store;
  }

  @Test
  void upload_becomesAModel_withoutAServer_andAgainFromWhatIsThere() throws Exception {
    try (LocalObjectStore store = storeWithSample()) {
      End first = run(Map.of("RECSYS_STORE", store.location()), "--key", "raw/shop/sample.zip");
      assertThat(first.status).as(first.log).isZero();
      assertBecameAModel(store, first);
      assertThat(first.log)
          .containsPattern("ingest +100,000 ratings")
          .doesNotContain("Listening on: http", "See it work", "\tat ");

      End again = run(Map.of("RECSYS_STORE", store.location()), "--key", "raw/shop/sample.zip");
      assertThat(again.status).as(again.log).isZero();
      assertThat(MAPPER.readTree(again.output)).isEqualTo(MAPPER.readTree(first.output));
      assertThat(again.log).containsPattern("train .*already done");
    }
  }

  @Test
  void store_mayBeABucket() throws Exception {
    try (S3ProxyServer server =
            new S3ProxyServer(Files.createDirectories(directory.resolve("s3")));
        ObjectStore store =
            S3TestServer.openEmpty(
                server, "uploads", Files.createDirectories(directory.resolve("client")));
        LocalObjectStore local = storeWithSample()) {
      for (ObjectInfo object : local.list("raw/")) {
        store.put(object.key(), local.read(object.key()).content());
      }
      End end =
          run(
              Map.of(
                  "RECSYS_STORE",
                  "s3://uploads",
                  "AWS_ENDPOINT_URL",
                  server.uri().toString(),
                  "AWS_REGION",
                  "us-east-1",
                  "AWS_ACCESS_KEY_ID",
                  S3TestServer.ACCESS_KEY,
                  "AWS_SECRET_ACCESS_KEY",
                  S3TestServer.SECRET_KEY),
              "--key",
              "raw/shop/sample.zip");
      assertThat(end.status).as(end.log).isZero();
      assertBecameAModel(store, end);
    }
  }

  private static void assertBecameAModel(ObjectStore store, End end) throws IOException {
    JsonNode result = MAPPER.readTree(end.output);
    assertThat(end.output).hasLineCount(1);
    assertThat(result.path("dataset").asText()).isEqualTo("shop");
    assertThat(result.path("published").asBoolean()).isTrue();
    assertThat(result.path("verdict").asText()).isNotEmpty();
    for (String key : List.of("manifest", "evaluation", "report")) {
      assertThat(store.find(result.path(key).asText())).as(key).isPresent();
    }
    assertThat(
            MAPPER
                .readTree(store.read("models/shop/current.json").content())
                .path("model")
                .asText())
        .isEqualTo(result.path("manifest").asText().split("/")[2]);
    assertThat(store.list("")).noneMatch(object -> object.key().contains("/lease-"));
  }

  /// A training of a great many epochs stops after one of them, and the same command goes on from
  /// there.
  @Test
  void commandThatIsTerminated_goesOnFromItsCheckpoint() throws Exception {
    try (LocalObjectStore store = storeWithSample()) {
      store.put(
          "raw/shop/settings.json",
          "{\"train\": {\"epochs\": 1000, \"patience\": 1000, \"ranking\": false}}"
              .getBytes(StandardCharsets.UTF_8));
      Process process = start(Map.of("RECSYS_STORE", store.location()), "--key", SHOP);
      StringBuilder log = new StringBuilder();
      try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
        String line = lines.readLine();
        while (line != null) {
          log.append(line).append('\n');
          if (line.contains("train shop: epoch 3/1000")) {
            process.toHandle().destroy(); // SIGTERM, and the streams stay open
          }
          line = lines.readLine();
        }
      }
      assertThat(process.waitFor()).as(log.toString()).isEqualTo(TERMINATED);
      assertThat(log)
          .contains("stopping; the same command continues")
          .contains("raw/shop/sample.zip is unfinished; the same command continues")
          .doesNotContain("\tat ");
      assertThat(process.inputReader().lines()).isEmpty();
      assertThat(store.list(""))
          .anyMatch(object -> object.key().endsWith("/checkpoint"))
          .noneMatch(object -> object.key().contains("/lease-"));

      Process next = start(Map.of("RECSYS_STORE", store.location()), "--key", SHOP);
      boolean resumed = false;
      try (BufferedReader lines = next.errorReader(StandardCharsets.UTF_8)) {
        String line = lines.readLine();
        while (line != null && !resumed) {
          resumed = line.matches(".*/checkpoint: resuming after epoch [1-9]\\d*");
          line = lines.readLine();
        }
      } finally {
        next.destroyForcibly().waitFor();
      }
      assertThat(resumed).isTrue();
    }
  }

  private static final String SHOP = "raw/shop/sample.zip";

  @Test
  void mistakes_endInOneSentence() throws Exception {
    Map<String, String> store =
        Map.of("RECSYS_STORE", Files.createDirectories(directory.resolve("empty")).toString());
    assertFailed(run(store), 2, "usage: pipeline --key raw/FILE or raw/DATASET/FILE");
    assertFailed(
        run(store, "--key", "raw/none.zip"),
        1,
        "--key: there is no object 'raw/none.zip' in " + store.get("RECSYS_STORE"));
    assertFailed(
        run(store, "--key", "datasets/x.zip"),
        1,
        "--key: the key 'datasets/x.zip' is not an upload; uploads are raw/FILE or raw/DATASET/FILE");
    Files.createDirectories(directory.resolve("empty/raw"));
    Files.writeString(directory.resolve("empty/raw/words.csv"), "no ratings at all\n");
    End refused = run(store, "--key", "raw/words.csv");
    assertThat(refused.status).isEqualTo(1);
    assertThat(refused.log).contains("ERROR words.csv").doesNotContain("\tat ", "Exception");
    assertFailed(
        run(Map.of(), "--key", "raw/none.zip"),
        1,
        "no store is configured: set RECSYS_STORE to a directory or to s3://bucket");
  }

  private static void assertFailed(End end, int status, String sentence) {
    assertThat(end.log).containsOnlyOnce("ERROR " + sentence + "\n").doesNotContain("\tat ");
    assertThat(end.output).isEmpty();
    assertThat(end.status).isEqualTo(status);
  }

  private End run(Map<String, String> environment, String... arguments) throws Exception {
    Process process = start(environment, arguments);
    Path log = Files.createTempFile(directory, "pipeline", ".log");
    Thread reading =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Files.write(log, process.getErrorStream().readAllBytes());
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    reading.join();
    return new End(process.exitValue(), output, Files.readString(log));
  }

  private static Process start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--add-modules=jdk.incubator.vector", "-jar"));
    command.addAll(List.of("target/quarkus-app/quarkus-run.jar", "pipeline"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("RECSYS_STORE");
    builder.environment().putAll(environment);
    return builder.start();
  }
}
