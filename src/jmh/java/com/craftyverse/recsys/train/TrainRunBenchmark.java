package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Measures a whole run of ten epochs, from process start to the written model, JIT and mapping
/// included, and compares it with its own warm epochs; also reports the heap size.
///
/// ```
/// TrainRunBenchmark STORE INDEX-MANIFEST
/// ```
///
/// The model stays in the store; each call uses another seed.
public final class TrainRunBenchmark {
  private static final int EPOCHS = 10;

  private TrainRunBenchmark() {}

  /// @param args a directory with a store, and the key of an index's manifest in it
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 3) {
      train(args[0], args[1], args[2]);
      return;
    }
    String seed = String.valueOf(System.nanoTime());
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Xmx" + heapMegabytes(args[0], args[1]) + "m",
                "-cp",
                System.getProperty("java.class.path"),
                TrainRunBenchmark.class.getName(),
                args[0],
                args[1],
                seed)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the run failed: " + output);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.print(output);
    double warm = Double.parseDouble(output.strip().lines().toList().getLast().split(" ")[0]);
    System.out.printf(
        Locale.ROOT,
        "whole run of %d epochs %.2f s; 15 warm epochs and 2 s are %.2f s%n",
        EPOCHS,
        seconds,
        15 * warm + 2);
  }

  /// Returns the size of both factor matrices plus 512 MB.
  private static long heapMegabytes(String directory, String manifest) throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(Path.of(directory));
        TrainingInputs inputs =
            new TrainingInputs(store, ObjectKeys.directoryOf(manifest), false)) {
      long stride = new RowLayout(50).stride();
      long bytes = (inputs.users.rows() + inputs.items.rows()) * stride * Float.BYTES;
      return (bytes >> 20) + 512;
    }
  }

  private static void train(String directory, String manifest, String seed) throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(Path.of(directory))) {
      String request =
          String.format(
              Locale.ROOT,
              "{\"manifest\": \"%s\", \"ranking\": false, \"epochs\": %d, \"patience\": %d,"
                  + " \"seed\": %s}",
              manifest,
              EPOCHS,
              EPOCHS,
              seed);
      TrainResult result =
          new Train(store)
              .run(
                  RequestJson.decode(request.getBytes(StandardCharsets.UTF_8), TrainRequest.class));
      String key = ObjectKeys.directoryOf(result.model()) + StoreLayout.HISTORY;
      List<Epoch> history = Json.read(store.read(key).content(), History.class, key).rating();
      double warm = history.stream().mapToDouble(Epoch::seconds).min().orElseThrow();
      System.out.printf(
          Locale.ROOT,
          "%.3f s for the fastest epoch, %.3f s for the first; heap of %d MB; model %s%n",
          warm,
          history.getFirst().seconds(),
          Runtime.getRuntime().maxMemory() >> 20,
          result.figures().digest());
    }
  }
}
