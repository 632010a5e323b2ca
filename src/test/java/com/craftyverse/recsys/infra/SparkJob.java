package com.craftyverse.recsys.infra;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The services that the state machine uses for a job on Apache Spark, with the real job in a process of its own.
/// EMR Serverless gives the job the bucket; here it works on a copy of the bucket in a directory, and what it adds
/// goes back.
final class SparkJob {
  static final Path JAR = Path.of("src/spark/target/craftyverse-recsys-spark.jar");

  private static final int MINUTES = 10;

  /// Makes a job that takes seconds. Training again takes the parameters of the scored model.
  private static final List<String> SMALL =
      List.of(
          "--iterations",
          "2",
          "--ranking-iterations",
          "2",
          "--factors",
          "4",
          "--choice-factors",
          "2",
          "--ranking-factors",
          "8");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ObjectStore bucket;
  private final LocalObjectStore copy;

  /// @param bucket the store of the functions
  /// @param directory where the job works
  SparkJob(ObjectStore bucket, Path directory) throws IOException {
    this.bucket = bucket;
    this.copy = new LocalObjectStore(directory);
  }

  static boolean isBuilt() {
    return Files.exists(JAR) && Files.exists(JAR.resolveSibling("classes"));
  }

  /// Runs `startJobRun.sync`.
  ///
  /// @throws LambdaError if the job fails
  JsonNode run(JsonNode input) {
    List<String> arguments = new ArrayList<>(List.of("--store", copy.location()));
    JsonNode given = input.at("/JobDriver/SparkSubmit/EntryPointArguments");
    for (int i = 2; i < given.size(); i++) {
      arguments.add(given.get(i).asText());
    }
    if (arguments.contains("--key")) {
      arguments.addAll(SMALL);
    }
    try {
      for (String prefix : List.of("raw/", "datasets/", "models/")) {
        for (ObjectInfo object : bucket.list(prefix)) {
          // In a directory the time of its last change is part of an upload's version.
          if (copy.find(object.key()).isEmpty()) {
            copy.put(object.key(), bucket.read(object.key()).content());
          }
        }
      }
      String output = run(arguments);
      TreeSet<String> there = new TreeSet<>();
      bucket.list("").forEach(object -> there.add(object.key()));
      for (ObjectInfo object : copy.list("")) {
        if (!there.contains(object.key())) {
          bucket.put(object.key(), copy.read(object.key()).content());
        }
      }
      if (output != null) {
        throw new LambdaError("States.TaskFailed", output);
      }
      ObjectNode run = MAPPER.createObjectNode();
      run.putObject("JobRun").put("State", "SUCCESS");
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs `getObject`.
  ///
  /// @throws LambdaError if there is no such object
  JsonNode read(JsonNode input) {
    try {
      return MAPPER
          .createObjectNode()
          .put(
              "Body",
              new String(
                  bucket.read(input.path("Key").asText()).content(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new LambdaError("S3.NoSuchKeyException", e.getMessage());
    }
  }

  /// Runs the job with Maven's class path, as `src/spark` says.
  ///
  /// @return what it printed if it failed, else null
  private static @Nullable String run(List<String> arguments) throws IOException {
    Path log = Files.createTempFile("spark", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              "./mvnw",
              "-B",
              "-q",
              "-f",
              "src/spark/pom.xml",
              "exec:exec",
              "-Dmemory=-Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
              "-Darguments=" + String.join(" ", arguments));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      return process.waitFor() == 0 ? null : Files.readString(log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } finally {
      Files.deleteIfExists(log);
    }
  }
}
