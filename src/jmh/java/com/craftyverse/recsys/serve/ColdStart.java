package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Measures the time from process start to first answer, and memory. The function `serve` answers with a
/// model of ml-latest's size from a local S3 server, once with the rating model alone and once with a
/// ranking model, too. The baseline is a function that does nothing and has the same S3 client on its
/// class path. It runs with C1 alone, as Lambda's managed runtime starts, then with the archives that a
/// container image or a custom runtime could include.
///
/// Needs both packages: `./mvnw package -Dpackage=serving` and `./mvnw -f
/// src/jmh/empty-function/pom.xml package`. Pass a working directory.
public final class ColdStart {
  private static final String BUCKET = "cold-start";
  private static final int RUNS = 11;
  private static final int MORE_REQUESTS = 1_000;

  /// The heap of a Lambda function of 512 MB.
  private static final String HEAP = "435m";

  /// The value of `JAVA_TOOL_OPTIONS` in the template in `infra/`.
  private static final String OPTION = "-XX:MetaspaceSize=64m";

  /// A way to start the JVM.
  private record Variant(String name, String use, String archiver) {}

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant("plain", "", ""),
          new Variant("AppCDS archive", "-XX:SharedArchiveFile=", "-XX:ArchiveClassesAtExit="),
          new Variant("JDK AOT cache", "-XX:AOTCache=", "-XX:AOTCacheOutput="));

  /// A packaged function.
  ///
  /// @param dataset the dataset whose model answers
  private record Function(String name, String handler, String event, Path task, String dataset) {}

  private ColdStart() {}

  /// @param arguments the directory
  public static void main(String[] arguments) throws Exception {
    Path directory =
        Path.of(arguments.length == 0 ? "target/benchmark" : arguments[0]).toAbsolutePath();
    LocalObjectStore model = FullSizeModel.in(directory);
    Path work = Files.createTempDirectory("cold-start");
    try (ModelServer server = new ModelServer(model, BUCKET)) {
      String handler = "com.craftyverse.recsys.lambda.ServeEntryPoint";
      String event = "{\"recommend\": {\"userId\": " + FullSizeModel.userId(1_000).json() + "}}";
      Path serve = task(Path.of("target/serving/function.zip"), work, "serve");
      List<Function> functions =
          List.of(
              new Function(
                  "empty",
                  "io.quarkus.funqy.lambda.FunqyStreamHandler",
                  "{\"text\": \"hello\"}",
                  task(Path.of("target/empty-function/function.zip"), work, "empty"),
                  FullSizeModel.DATASET),
              new Function("rating", handler, event, serve, FullSizeModel.RATING_DATASET),
              new Function("ranking", handler, event, serve, FullSizeModel.DATASET));
      measure(functions, server, work);
      printMemory(functions.getLast(), server, work);
    }
  }

  /// Unzips a package and puts its own classes into a jar, because archives only take classes from
  /// jars.
  private static Path task(Path zip, Path work, String name) throws IOException {
    Path task = work.resolve(name);
    Files.createDirectories(task.resolve("lib"));
    try (ZipFile file = new ZipFile(zip.toFile());
        ZipOutputStream app = new ZipOutputStream(Files.newOutputStream(task.resolve("app.jar")))) {
      for (ZipEntry entry : file.stream().filter(each -> !each.isDirectory()).toList()) {
        try (InputStream content = file.getInputStream(entry)) {
          if (entry.getName().startsWith("lib/")) {
            Files.copy(content, task.resolve(entry.getName()));
          } else {
            app.putNextEntry(new ZipEntry(entry.getName()));
            content.transferTo(app);
          }
        }
      }
      String launcher = FirstAnswer.class.getName().replace('.', '/') + ".class";
      app.putNextEntry(new ZipEntry(launcher));
      try (InputStream content = ColdStart.class.getClassLoader().getResourceAsStream(launcher)) {
        Objects.requireNonNull(content).transferTo(app);
      }
    }
    return task;
  }

  private static void measure(List<Function> functions, ModelServer server, Path work)
      throws Exception {
    Map<String, List<Double>> seconds = new TreeMap<>();
    for (Variant variant : VARIANTS) {
      for (Function function : functions) {
        if (!variant.archiver.isEmpty()) {
          start(function, variant.archiver + archive(variant, function, work), server);
        }
      }
    }
    for (int run = 0; run < RUNS; run++) {
      for (Variant variant : VARIANTS) {
        for (Function function : functions) {
          String flag = variant.use.isEmpty() ? "" : variant.use + archive(variant, function, work);
          seconds
              .computeIfAbsent(variant.name + function.name, _ -> new ArrayList<>())
              .add(start(function, flag, server));
        }
      }
    }
    print(
        "%-16s %18s %18s %18s %14s %14s",
        "min/median, ms",
        "empty",
        "rating model",
        "and ranking model",
        "ranking/empty",
        "ranking/rating");
    for (Variant variant : VARIANTS) {
      double[] empty = minimumAndMedian(seconds, variant.name + "empty");
      double[] rating = minimumAndMedian(seconds, variant.name + "rating");
      double[] ranking = minimumAndMedian(seconds, variant.name + "ranking");
      print(
          "%-16s %9.0f %8.0f %9.0f %8.0f %9.0f %8.0f %9.2f %4.2f %9.2f %4.2f",
          variant.name,
          empty[0],
          empty[1],
          rating[0],
          rating[1],
          ranking[0],
          ranking[1],
          ranking[0] / empty[0],
          ranking[1] / empty[1],
          ranking[0] / rating[0],
          ranking[1] / rating[1]);
    }
  }

  private static double[] minimumAndMedian(Map<String, List<Double>> seconds, String name) {
    List<Double> sorted = Objects.requireNonNull(seconds.get(name)).stream().sorted().toList();
    return new double[] {sorted.getFirst(), sorted.get(RUNS / 2)};
  }

  /// Prints the peak memory of a process that answered requests of every kind.
  private static void printMemory(Function serve, ModelServer server, Path work) throws Exception {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < MORE_REQUESTS / 5; i++) {
      String user = FullSizeModel.userId(10 * i).json();
      String item = FullSizeModel.itemId(100 * i).json();
      events.add("{\"recommend\": {\"userId\": %s, \"explain\": true}}".formatted(user));
      events.add("{\"recommend\": {\"userId\": %s, \"genres\": [\"Comedy\"]}}".formatted(user));
      events.add("{\"predict\": {\"userId\": %s, \"itemIds\": [%s]}}".formatted(user, item));
      events.add("{\"similar\": {\"itemId\": %s, \"n\": 100}}".formatted(item));
      events.add(
          "{\"foldIn\": {\"ratings\": [{\"itemId\": %s, \"rating\": 4}], \"n\": 100}}"
              .formatted(item));
    }
    Path file = Files.write(work.resolve("events"), events);
    String output = run(serve, "", server, file.toString()).output;
    print("memory of serve, heap of %s at most, after %d requests:", HEAP, 1 + events.size());
    output.lines().filter(line -> line.startsWith("MEMORY")).forEach(line -> print("%s", line));
  }

  private static Path archive(Variant variant, Function function, Path work) {
    return work.resolve(function.name + variant.use.hashCode() + ".archive");
  }

  /// A process's output, and the milliseconds from its start to its first answer.
  private record Run(double millis, String output) {}

  private static double start(Function function, String flag, ModelServer server) throws Exception {
    return run(function, flag, server).millis;
  }

  private static Run run(Function function, String flag, ModelServer server, String... more)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                OPTION,
                "-Xmx" + HEAP));
    if (!flag.isEmpty()) {
      command.add(flag);
    }
    command.addAll(
        List.of(
            "-cp",
            classPath(function.task),
            FirstAnswer.class.getName(),
            function.handler,
            function.event));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "QUARKUS_FUNQY_EXPORT",
                "serve",
                "QUARKUS_PROFILE",
                "lambda",
                "RECSYS_STORE",
                "s3://" + BUCKET,
                "RECSYS_DATASET",
                function.dataset,
                "RECSYS_PRELOAD",
                "true",
                "AWS_REGION",
                "us-east-1",
                "AWS_ENDPOINT_URL",
                server.uri().toString(),
                "AWS_ACCESS_KEY_ID",
                "key",
                "AWS_SECRET_ACCESS_KEY",
                "secret"));
    long startNanos = System.nanoTime();
    Process process = builder.start();
    StringBuilder output = new StringBuilder();
    double millis = 0;
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("ANSWER ")) {
          millis = (System.nanoTime() - startNanos) / 1e6;
        }
        output.append(line).append('\n');
      }
    }
    process.waitFor();
    boolean answered =
        output.indexOf(function.name.equals("empty") ? "hello" : "\"recommendations\"") > 0;
    if (millis == 0 || !answered) {
      throw new IOException(function.name + " gave no answer:\n" + output);
    }
    return new Run(millis, output.toString());
  }

  private static String classPath(Path task) throws IOException {
    try (Stream<Path> jars = Files.list(task.resolve("lib"))) {
      List<String> names = new ArrayList<>(jars.map(Path::toString).sorted().toList());
      names.addFirst(task.resolve("app.jar").toString());
      return String.join(":", names);
    }
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
