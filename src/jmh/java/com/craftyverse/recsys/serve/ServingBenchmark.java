package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Measures the time of answers, in process, from a model of ml-latest's size. Each round also copies the
/// item matrix as a measure of the machine's speed. Pass a directory to keep the model in.
///
/// With `-XX:TieredStopAtLevel=1` it measures C1-compiled code, which is what Lambda's managed runtime
/// runs without SnapStart.
public final class ServingBenchmark {
  private static final int ROUNDS = 2_000;
  private static final int PAIRS = 1_000;
  private static final int KNOWN = 200;
  private static final int TRIALS = 8;

  /// 50 factors of 64 items are 13 kB.
  private static final int CACHED_ITEMS = 64;

  private final RecommendationService service;
  private final float[] matrix = new float[FullSizeModel.ITEMS * FullSizeModel.RANKING_FACTORS];
  private final float[] copy = new float[matrix.length];
  private static final int RATING_VALUES = FullSizeModel.ITEMS * FullSizeModel.FACTORS;
  private final Random random = new Random(2);

  private ServingBenchmark(LocalObjectStore store) {
    this.service =
        new RecommendationService(
            store, new ModelCache(store, Optional.of(FullSizeModel.DATASET), Duration.ofDays(1)));
  }

  /// @param arguments the directory
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments.length == 0 ? "target/benchmark" : arguments[0]);
    ServingBenchmark benchmark = new ServingBenchmark(FullSizeModel.in(directory));
    benchmark.printMemory();
    benchmark.check(directory);
    benchmark.measure();
  }

  private void printMemory() {
    service.ensureLoaded(null);
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    print(
        "model loaded: %.1f MB of heap in use",
        (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
  }

  private void measure() throws InterruptedException {
    List<Task> tasks =
        List.of(
            new Task("System.arraycopy of the ranking matrix", this::copy, 1),
            new Task("recommend 10 of 41,239, without seen ones", this::recommend, 1),
            new Task("  filtered by genre and year", this::filtered, 1),
            new Task("System.arraycopy of the rating matrix", this::copyRatings, 1),
            new Task("recommend by rating", this::byRating, 1),
            new Task("recommend by popularity", this::byPopularity, 1),
            new Task("popular, filtered by genre and year", this::popular, 1),
            new Task("foldIn of 100 ratings into both, and recommend", this::foldIn, 1),
            new Task("similar", this::similar, 1),
            new Task("predict a pair, of " + PAIRS, this::predict, PAIRS));
    for (int round = 0; round < ROUNDS / 2; round++) {
      tasks.forEach(Task::run); // warm-up, until it is compiled
    }
    tasks.forEach(Task::reset);
    for (int round = 0; round < ROUNDS; round++) {
      tasks.forEach(Task::run);
    }
    print(
        "%-45s %10s %10s %10s %8s %8s",
        "microseconds", "minimum", "median", "p99", "p99/med", "× copy");
    for (Task task : tasks) {
      print(
          "%-45s %10.2f %10.2f %10.2f %8.2f %8.2f",
          task.name,
          task.quantile(0),
          task.quantile(.5),
          task.quantile(.99),
          task.quantile(.99) / task.quantile(.5),
          task.quantile(0) / tasks.getFirst().quantile(0));
    }
    measureThreads();
  }

  /// Measures the gain from a second thread. For comparison it runs work limited only by memory and work
  /// limited only by the processor, to show what the machine allows.
  private void measureThreads() throws InterruptedException {
    print("%-45s %10s %10s %8s", "a second", "1 thread", "2 threads", "×");
    compareThreads(
        "recommend 10 of 41,239, without seen ones",
        500,
        seed -> {
          Random own = new Random(seed);
          return () -> service.recommend(recommendation(own.nextInt(KNOWN), null, null, null));
        });
    compareThreads(
        "System.arraycopy of the ranking matrix",
        500,
        _ -> {
          float[] target = new float[matrix.length];
          return () -> System.arraycopy(matrix, 0, target, 0, target.length);
        });
    compareThreads(
        "scores of " + CACHED_ITEMS + " items, in the L1 cache",
        200_000,
        _ -> {
          ItemFactors items = new ItemFactors(CACHED_ITEMS, FullSizeModel.FACTORS);
          float[] vector = items.padded(new float[FullSizeModel.FACTORS]);
          return () -> items.release(items.scores(1, vector));
        });
  }

  private static void compareThreads(String name, int each, IntFunction<Runnable> task)
      throws InterruptedException {
    double one = perSecond(1, each, task);
    double two = perSecond(2, each, task);
    print("%-45s %10.0f %10.0f %8.2f", name, one, two, two / one);
  }

  private static double perSecond(int threads, int each, IntFunction<Runnable> task)
      throws InterruptedException {
    List<Runnable> work = IntStream.range(0, threads).mapToObj(task).toList();
    double best = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      CountDownLatch done = new CountDownLatch(threads);
      long start = System.nanoTime();
      for (Runnable one : work) {
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < each; i++) {
                    one.run();
                  }
                  done.countDown();
                });
      }
      done.await();
      best = Math.max(best, threads * each / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }

  private Object copyRatings() {
    System.arraycopy(matrix, 0, copy, 0, RATING_VALUES);
    return copy;
  }

  private Object copy() {
    System.arraycopy(matrix, 0, copy, 0, matrix.length);
    return copy;
  }

  private static RecommendRequest recommendation(
      int user,
      @Nullable List<String> genres,
      @Nullable Integer yearFrom,
      @Nullable RankBy rankBy) {
    return RecommendRequestBuilder.builder()
        .userId(FullSizeModel.userId(user))
        .n(10)
        .genres(genres)
        .yearFrom(yearFrom)
        .rankBy(rankBy)
        .build();
  }

  private Object recommend() {
    return service.recommend(recommendation(random.nextInt(KNOWN), null, null, null));
  }

  private Object byRating() {
    return service.recommend(recommendation(random.nextInt(KNOWN), null, null, RankBy.rating));
  }

  private Object byPopularity() {
    return service.recommend(recommendation(random.nextInt(KNOWN), null, null, RankBy.popularity));
  }

  private Object popular() {
    return service.popular(
        PopularRequestBuilder.builder()
            .n(10)
            .period(Period.recent)
            .genres(List.of("Comedy"))
            .yearFrom(1980)
            .build());
  }

  private Object filtered() {
    return service.recommend(recommendation(random.nextInt(KNOWN), List.of("Comedy"), 1980, null));
  }

  private Object similar() {
    return service.similar(
        new SimilarRequest(
            null,
            FullSizeModel.itemId(random.nextInt(FullSizeModel.ITEMS)),
            10,
            null,
            null,
            null,
            null,
            null,
            null,
            null));
  }

  private Object foldIn() {
    List<Rating> ratings = new ArrayList<>();
    random
        .ints(0, FullSizeModel.ITEMS)
        .distinct()
        .limit(100)
        .forEach(
            item ->
                ratings.add(
                    new Rating(FullSizeModel.itemId(item), .5f * (1 + random.nextInt(10)))));
    return service.foldIn(FoldInRequestBuilder.builder().ratings(ratings).n(10).build());
  }

  private Object predict() {
    int user = random.nextInt(KNOWN);
    Object last = "";
    for (int i = 0; i < PAIRS; i++) {
      last =
          service.predict(
              new PredictRequest(
                  null,
                  FullSizeModel.userId(user),
                  List.of(FullSizeModel.itemId(random.nextInt(FullSizeModel.ITEMS))),
                  null,
                  null));
    }
    return last;
  }

  /// Checks some answers against a sort of all items.
  private void check(Path directory) throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(directory)) {
      ServedModel model =
          new ModelCache(store, Optional.of(FullSizeModel.DATASET), Duration.ofDays(1)).get(null);
      ItemFactors items = Objects.requireNonNull(model.catalog().rankingFactors());
      for (int user = 0; user < 20; user++) {
        float[] vector = items.padded(model.users().rankingVector(user));
        int[] seen = model.users().history(user).items();
        List<Id> expected =
            IntStream.range(0, FullSizeModel.ITEMS)
                .filter(item -> Arrays.binarySearch(seen, item) < 0)
                .boxed()
                .sorted(
                    (a, b) -> {
                      int byScore =
                          Float.compare(items.score(0, vector, b), items.score(0, vector, a));
                      return byScore != 0 ? byScore : Integer.compare(a, b);
                    })
                .limit(10)
                .map(FullSizeModel::itemId)
                .toList();
        List<Id> found =
            service.recommend(recommendation(user, null, null, null)).recommendations().stream()
                .map(Recommendation::itemId)
                .toList();
        if (!found.equals(expected)) {
          throw new IllegalStateException("user " + user + ": " + found + ", expected " + expected);
        }
      }
    }
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }

  /// A timed task.
  private static final class Task {
    private final String name;
    private final java.util.function.Supplier<Object> work;
    private final int parts;
    private final List<Double> micros = new ArrayList<>();
    private int answers;

    Task(String name, java.util.function.Supplier<Object> work, int parts) {
      this.name = name;
      this.work = work;
      this.parts = parts;
    }

    void run() {
      long start = System.nanoTime();
      Object answer = work.get();
      micros.add((System.nanoTime() - start) / 1e3 / parts);
      answers += answer == null ? 0 : 1;
    }

    void reset() {
      micros.clear();
    }

    double quantile(double q) {
      if (answers == 0) {
        throw new IllegalStateException(name + ": no answer");
      }
      List<Double> sorted = micros.stream().sorted().toList();
      return sorted.get((int) (q * (sorted.size() - 1)));
    }
  }
}
