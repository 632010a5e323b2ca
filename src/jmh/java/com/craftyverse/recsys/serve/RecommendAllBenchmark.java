package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.batch.RecommendAll;
import com.craftyverse.recsys.batch.RecommendAllRequestBuilder;
import com.craftyverse.recsys.batch.RecommendAllResult;
import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// Measures `recommendAll` for all users of a model of ml-latest's size, from a JVM that has just
/// started, and compares it with the kernel's multiply-adds in cache and with `recommend` for one
/// user after the other.
///
/// ```
/// RecommendAllBenchmark DIRECTORY [N] [rounds]
/// ```
///
/// Checks the lists of 100 users against `recommend`.
public final class RecommendAllBenchmark {
  private static final int THREADS = 2;
  private static final int CHECKED = 100;

  private RecommendAllBenchmark() {}

  /// @param args a directory for the model, the length of the lists (10), rounds (1)
  public static void main(String[] args) throws IOException {
    int n = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    try (LocalObjectStore store = FullSizeModel.in(Path.of(args[0]))) {
      for (int round = 0; round < rounds; round++) {
        run(store, n);
      }
    }
  }

  private static void run(ObjectStore store, int n) throws IOException {
    store.list("batches/").forEach(object -> delete(store, object.key()));
    long start = System.nanoTime();
    RecommendAllResult result =
        new RecommendAll(store, Optional.empty())
            .run(
                RecommendAllRequestBuilder.builder()
                    .dataset(FullSizeModel.DATASET)
                    .n(n)
                    .threads(THREADS)
                    .build());
    double seconds = (System.nanoTime() - start) / 1e9;
    double products =
        (double) FullSizeModel.USERS * FullSizeModel.ITEMS * FullSizeModel.RANKING_FACTORS;
    double peak = peak();
    double each = compare(store, Objects.requireNonNull(result.manifest()), n);
    System.out.printf(
        Locale.ROOT,
        "%,d rows in %.1f s on %d threads: %.1f G multiply-adds/s, compared with %.1f for the kernel's"
            + " product in cache (%.0f %%); recommend, one user after the other on one thread, would take"
            + " %.0f s (%.1f ms each)%n",
        result.figures().rows(),
        seconds,
        THREADS,
        products / seconds / 1e9,
        peak / 1e9,
        100 * products / seconds / peak,
        each * FullSizeModel.USERS,
        1e3 * each);
  }

  private static void delete(ObjectStore store, String key) {
    try {
      store.delete(key);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Compares lists with those of `recommend`, and returns the seconds that each of those takes.
  private static double compare(ObjectStore store, String manifest, int n) throws IOException {
    RecommendationService service =
        new RecommendationService(
            store, new ModelCache(store, Optional.of(FullSizeModel.DATASET), Duration.ofHours(1)));
    service.ensureLoaded(null);
    List<String> found = lists(store, ObjectKeys.directoryOf(manifest) + "part-00000.arrow");
    int row = 0;
    long start = System.nanoTime();
    for (int user = 0; user < CHECKED; user++) {
      Id id = FullSizeModel.userId(user);
      RecommendResult answer =
          service.recommend(RecommendRequestBuilder.builder().userId(id).n(n).build());
      for (Recommendation expected : answer.recommendations()) {
        String line = id + " " + expected.itemId() + " " + expected.score();
        if (!line.equals(found.get(row))) {
          throw new IllegalStateException(
              "row " + row + ": expected " + line + ", found " + found.get(row));
        }
        row++;
      }
    }
    return (System.nanoTime() - start) / 1e9 / CHECKED;
  }

  private static List<String> lists(ObjectStore store, String key) throws IOException {
    List<String> lists = new ArrayList<>();
    try (FetchedObject part = store.fetch(key);
        ArrowFile file = ArrowFile.open(part.path(), key)) {
      RecordBatch batch = file.batches().getFirst();
      for (int row = 0; row < batch.rows(); row++) {
        lists.add(
            batch.ints("userId").get(row)
                + " "
                + batch.ints("itemId").get(row)
                + " "
                + batch.floats("score").get(row));
      }
    }
    return lists;
  }

  /// Returns the multiply-adds per second of all threads, for a product whose rows stay in cache.
  private static double peak() throws IOException {
    Kernel kernel = Kernels.fastest().kernel();
    int stride = 32;
    int times = 40_000;
    float[][] rows = new float[THREADS][Kernel.BLOCK_ROWS * stride];
    float[][] copies = new float[THREADS][Kernel.BLOCK_ROWS * stride];
    float[] matrix = new float[stride * stride];
    Arrays.fill(matrix, 0.01f);
    double best = 0;
    try (WorkerPool workers = new WorkerPool("peak", "peak", THREADS)) {
      for (int round = 0; round < 5; round++) {
        long start = System.nanoTime();
        workers.run(
            THREADS,
            (task, worker) -> {
              for (int i = 0; i < times; i++) {
                kernel.multiply(rows[task], stride, 0, Kernel.BLOCK_ROWS, matrix, copies[task]);
              }
            });
        double products = (double) THREADS * times * Kernel.BLOCK_ROWS * stride * stride;
        best = Math.max(best, products / ((System.nanoTime() - start) / 1e9));
      }
    }
    return best;
  }
}
