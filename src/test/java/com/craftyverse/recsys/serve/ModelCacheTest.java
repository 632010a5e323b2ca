package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests what the cache reads when, and how it switches to another model.
class ModelCacheTest {
  private static final String PREDICT = "{'userId': 20, 'itemIds': [100]}";

  @TempDir Path directory;
  private LocalObjectStore backing;
  private CountingStore store;
  private long nowMillis = 1;
  private final Deque<Runnable> background = new ArrayDeque<>();
  private Requests requests;

  @BeforeEach
  void open() throws IOException {
    backing = new LocalObjectStore(directory);
    store = new CountingStore(backing);
    requests = requests(Optional.of("set"), Duration.ofMillis(100));
  }

  private Requests requests(Optional<String> dataset, Duration refresh) {
    return new Requests(
        new RecommendationService(
            store.store(),
            new ModelCache(store.store(), dataset, refresh, background::add, () -> nowMillis)));
  }

  private float predictedRating() {
    return Objects.requireNonNull(requests.predict(PREDICT).predictions().getFirst().rating());
  }

  private void runBackgroundTasks() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  @Test
  void reads_areOnePerFileAtStart_oneRangePerUser_andNoneAfter() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    new RecommendationService(
            store.store(), new ModelCache(store.store(), Optional.of("set"), Duration.ofDays(1)))
        .ensureLoaded(null);
    List<String> reads = store.drainCalls();
    assertThat(reads.subList(0, 2)).containsExactly("read current.json", "read model.json");
    assertThat(reads.subList(2, reads.size())) // side by side
        .containsExactlyInAnyOrder("read items.arrow", "read lookup.arrow");

    requests.similar("{'itemId': 100}");
    store.drainCalls();
    requests.predict(PREDICT);
    assertThat(store.drainCalls()).containsExactly("readRange users.arrow");
    requests.recommend("{'userId': 20}");
    assertThat(store.drainCalls()).containsExactly("readRange seen.arrow");
    requests.recommend("{'userId': 30, 'explain': true}"); // both in parallel
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder("readRange users.arrow", "readRange seen.arrow");
    requests.predict(PREDICT);
    requests.recommend("{'userId': 20, 'explain': true}");
    requests.recommend("{'userId': 30}");
    requests.recommend("{'userId': 99}");
    requests.foldIn("{'ratings': [{'itemId': 100, 'rating': 3}]}");
    requests.similar("{'itemId': 100}");
    assertThat(store.drainCalls()).isEmpty();
  }

  @Test
  void namesWithoutAModel_evictNothing() throws IOException {
    for (String dataset : List.of("a", "b", "c", "d")) {
      new ModelFixture(dataset, "m1").publish(backing);
      requests.predict(predictRequest(dataset));
    }
    for (int i = 0; i < 8; i++) {
      String madeUp = predictRequest("made-up-" + i);
      assertThatThrownBy(() -> requests.predict(madeUp))
          .hasMessageContaining("has no published model");
    }
    store.drainCalls();
    for (String dataset : List.of("a", "b", "c", "d")) {
      requests.predict(predictRequest(dataset));
    }
    assertThat(store.drainCalls()).isEmpty();

    new ModelFixture("e", "m1").publish(backing);
    requests.predict(predictRequest("e"));
    store.drainCalls();
    requests.predict(predictRequest("b"));
    assertThat(store.drainCalls()).as("the four most recently requested").isEmpty();
    requests.predict(predictRequest("a"));
    assertThat(store.drainCalls()).as("the evicted one").contains("read model.json");
  }

  private static String predictRequest(String dataset) {
    return "{'dataset': '" + dataset + "', 'userId': 20, 'itemIds': [100]}";
  }

  @Test
  void earlierModelPublishedAgain_answersWithinTheStaleness() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    assertThat(predictedRating()).isEqualTo(3.25f);
    new Publish(backing).run(new PublishRequest(null, "set", "m1", null));
    nowMillis += 101;
    assertThat(predictedRating()).isEqualTo(4.25f);
  }

  @Test
  void newModel_afterHalfTheStaleness_isFoundInTheBackground() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    store.drainCalls();

    nowMillis += 49;
    assertThat(predictedRating()).isEqualTo(4.25f);
    assertThat(background).isEmpty();
    nowMillis += 1;
    assertThat(predictedRating()).isEqualTo(4.25f);
    assertThat(predictedRating()).isEqualTo(4.25f);
    assertThat(background).hasSize(1);
    assertThat(store.drainCalls()).isEmpty();
    runBackgroundTasks();
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "find current.json",
            "read current.json",
            "find users.arrow",
            "find seen.arrow",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow");
    assertThat(predictedRating()).isEqualTo(3.25f);

    nowMillis += 50;
    predictedRating();
    store.drainCalls();
    runBackgroundTasks();
    assertThat(store.drainCalls()).containsExactly("find current.json");
  }

  /// Simulates a process that is frozen between requests, so that nothing runs in the background.
  @Test
  void newModel_pastTheStaleness_answersAtOnce() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    nowMillis += 99;
    assertThat(predictedRating()).isEqualTo(4.25f);
    nowMillis += 1;
    store.drainCalls();
    assertThat(predictedRating()).isEqualTo(3.25f);
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "find current.json",
            "read current.json",
            "find users.arrow",
            "find seen.arrow",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow",
            "readRange users.arrow");
    nowMillis += 49;
    predictedRating();
    assertThat(store.drainCalls()).isEmpty();
  }

  @Test
  void clockThatIsSetBack_makesEveryModelOld() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    nowMillis -= 1;
    assertThat(predictedRating()).isEqualTo(3.25f);
  }

  /// A background check reads an old `current.json`, is frozen, and continues after a later check
  /// has finished.
  @Test
  void frozenCheck_doesNotUndoALaterOne() throws Exception {
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    nowMillis += 50;
    predictedRating();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayContinue = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      store.beforeEach(
          "items.arrow",
          () -> {
            started.countDown();
            awaitOrFail(mayContinue);
          });
      Future<?> check = thread.submit(this::runBackgroundTasks);
      awaitOrFail(started);
      store.reset();
      new ModelFixture("set", "m3", "biased", 2.5f).publish(backing);
      nowMillis += 1_000;
      assertThat(predictedRating()).isEqualTo(3.75f);
      mayContinue.countDown();
      check.get(30, TimeUnit.SECONDS);
    }
    assertThat(predictedRating()).isEqualTo(3.75f);
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void storeThatFailsPastTheStaleness_leavesTheOldModel() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    predictedRating();
    store.fail("current.json");
    nowMillis += 100;
    store.drainCalls();
    assertThat(logOf(() -> assertThat(predictedRating()).isEqualTo(4.25f)))
        .anyMatch(line -> line.contains("could not check whether set has a new model"));
    assertThat(predictedRating()).isEqualTo(4.25f);
    assertThat(store.drainCalls()).containsExactly("find current.json");
  }

  @Test
  void stalenessOfZero_checksBeforeEachAnswer() throws IOException {
    requests = requests(Optional.of("set"), Duration.ZERO);
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    assertThat(predictedRating()).isEqualTo(3.25f);
    assertThat(background).isEmpty();
  }

  /// Breaks a model in every way. If it is the first of its dataset, requests fail with the reason. If it
  /// would replace another, the old one stays.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delete  | model.json   | model.json is missing",
        "delete  | items.arrow  | items.arrow is missing",
        "delete  | lookup.arrow | lookup.arrow is missing",
        "delete  | users.arrow  | users.arrow is missing",
        "damage  | model.json   | model.json is damaged",
        "damage  | items.arrow  | items.arrow is damaged",
        "damage  | lookup.arrow | lookup.arrow is damaged",
        "version | model.json   | model.json is of another format version",
        "nan     | items.arrow  | items.arrow is damaged",
      })
  void brokenModel_isRefused_andTheOldOneStays(String damage, String file, String problem)
      throws IOException {
    ModelFixture broken = new ModelFixture("set", "m2", "biased", 2);
    String error =
        "the current model of the dataset 'set' cannot be served: "
            + problem
            + "; publish it again, or another";
    new ModelFixture("set", "m1").publish(backing);
    assertThat(predictedRating()).isEqualTo(4.25f);

    broken.publish(backing);
    damage(broken, damage, file);
    nowMillis += 50;
    predictedRating();
    List<String> log = logOf(this::runBackgroundTasks);
    assertThat(log).anyMatch(line -> line.contains("the new model of {0} cannot be served"));
    assertThat(predictedRating()).isEqualTo(4.25f);

    // It is not tried again until another model is published.
    nowMillis += 50;
    predictedRating();
    store.drainCalls();
    runBackgroundTasks();
    assertThat(store.drainCalls()).containsExactly("find current.json");
    new ModelFixture("set", "m3", "biased", 2.5f).publish(backing);
    nowMillis += 50;
    predictedRating();
    runBackgroundTasks();
    assertThat(predictedRating()).isEqualTo(3.75f);

    backing.put(
        "models/set/current.json",
        Json.write(new CurrentModel("set", "m2", null, "2026-01-01T00:00:00Z", List.of())));
    Requests newProcess = requests(Optional.of("set"), Duration.ofMillis(100));
    assertThatThrownBy(() -> newProcess.predict(PREDICT))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(error);
  }

  private void damage(ModelFixture model, String damage, String file) throws IOException {
    String key = model.directory() + file;
    switch (damage) {
      case "delete" -> backing.delete(key);
      case "damage" -> backing.put(key, "garbage".getBytes(StandardCharsets.UTF_8));
      case "version" -> backing.put(key, Json.write(model.card(ModelCard.FORMAT_VERSION + 1)));
      case "nan" -> model.writeItems(backing, new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0});
      default -> throw new IllegalArgumentException(damage);
    }
  }

  @Test
  void damagedRange_isReported_withoutAPath() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    backing.put("models/set/m1/seen.arrow", new byte[5_000]);
    assertThatThrownBy(() -> requests.recommend("{'userId': 20}"))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(
            "the current model of the dataset 'set' cannot be served: seen.arrow is damaged;"
                + " publish it again, or another");
    backing.put("models/set/m1/users.arrow", new byte[10]);
    assertThatThrownBy(() -> requests.predict("{'userId': 30, 'itemIds': [100]}"))
        .hasMessageContaining("users.arrow is damaged");
  }

  /// The caller cannot fix it, so it is a failure and not the caller's mistake.
  @Test
  void damagedDocuments_areFailures() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    requests.predict(PREDICT);
    backing.put("models/set/m1/manifest.json", "{".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> requests.serve("{'modelInfo': {}}"))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessageContaining("manifest.json is damaged");
    backing.put("models/set/current.json", "{".getBytes(StandardCharsets.UTF_8));
    Requests newProcess = requests(Optional.of("set"), Duration.ofMillis(100));
    assertThatThrownBy(() -> newProcess.predict(PREDICT))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(
            "the current model of the dataset 'set' cannot be served: current.json is damaged;"
                + " publish it again, or another");
  }

  @Test
  void failingStore_isReported_withoutAPath_andMayRecover() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    store.fail("items.arrow");
    assertThatThrownBy(this::predictedRating)
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.UNAVAILABLE))
        .hasMessage("the store cannot be read at the moment; try again");
    store.reset();
    assertThat(predictedRating()).isEqualTo(4.25f);

    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    store.fail("items.arrow");
    nowMillis += 50;
    predictedRating();
    runBackgroundTasks();
    assertThat(predictedRating()).isEqualTo(4.25f);
    store.reset();
    nowMillis += 50;
    predictedRating();
    runBackgroundTasks();
    assertThat(predictedRating()).isEqualTo(3.25f);
  }

  @Test
  void userIds_areNotLogged() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    backing.put("models/set/m1/users.arrow", new byte[10]);
    backing.put("models/set/m1/seen.arrow", new byte[10]);
    List<String> log =
        logOf(
            () -> {
              for (String request :
                  List.of(
                      "{'predict': {'userId': 987654321, 'itemIds': [100]}}",
                      "{'predict': {'userId': 20, 'itemIds': [100]}}",
                      "{'recommend': {'userId': 987654321, 'n': 0}}")) {
                try {
                  requests.serve(request);
                } catch (FunctionException e) {
                  assertThat(e.getMessage()).doesNotContain("987654321").doesNotContain("20");
                }
              }
            });
    assertThat(log).isNotEmpty().noneMatch(line -> line.contains("987654321"));
  }

  @Test
  void requestWithoutADataset_isAnsweredByTheConfiguredOne_elseTheLatest() throws IOException {
    new ModelFixture("old", "m1").publish(backing);
    new ModelFixture("new", "m1").publish(backing);
    assertThat(requests(Optional.of("old"), Duration.ZERO).predict(PREDICT).dataset())
        .isEqualTo("old");
    Requests latest = requests(Optional.empty(), Duration.ZERO);
    assertThat(latest.predict(PREDICT).dataset()).isEqualTo("new");
    new ModelFixture("old", "m2").publish(backing);
    assertThat(latest.predict(PREDICT).dataset()).isEqualTo("old");
    assertThat(latest.predict("{'dataset': 'new', 'userId': 20, 'itemIds': [100]}").dataset())
        .isEqualTo("new");
  }

  @Test
  void beforeTheFirstModel_requestsFailWithAReason() {
    assertThatThrownBy(() -> requests(Optional.empty(), Duration.ZERO).predict(PREDICT))
        .isInstanceOf(RequestException.class)
        .hasMessage("no model has been published yet; upload a ratings file first");
    assertThatThrownBy(this::predictedRating)
        .hasMessage("the dataset 'set' has no published model");
  }

  /// Threads send requests while models are switched: each answer comes from one model only.
  @Test
  void answers_neverMixTwoModels() throws Exception {
    requests = requests(Optional.of("set"), Duration.ZERO);
    ModelFixture one = new ModelFixture("set", "m1");
    ModelFixture two = new ModelFixture("set", "m2", "biased", 2);
    one.publish(backing);
    AtomicBoolean done = new AtomicBoolean();
    Set<String> answers = ConcurrentHashMap.newKeySet();
    Callable<Void> reader =
        () -> {
          while (!done.get()) {
            PredictResult answer = requests.predict("{'userId': 20, 'itemIds': [100, 400, 7]}");
            answers.add(
                answer.model() + answer.predictions().stream().map(p -> " " + p.rating()).toList());
          }
          return null;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(threads.submit(reader));
      }
      for (int i = 0; i < 20; i++) {
        (i % 2 == 0 ? two : one).publish(backing);
      }
      done.set(true);
      for (Future<Void> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(answers)
        .isSubsetOf("m1[ 4.25,  2.5,  3.5]", "m2[ 3.25,  1.5,  2.5]")
        .contains("m1[ 4.25,  2.5,  3.5]");
  }

  private static List<String> logOf(Runnable work) {
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(entry.getMessage() + " " + entry.getThrown());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("com.craftyverse.recsys.serve");
    logger.addHandler(handler);
    try {
      work.run();
    } finally {
      logger.removeHandler(handler);
    }
    return lines;
  }
}
