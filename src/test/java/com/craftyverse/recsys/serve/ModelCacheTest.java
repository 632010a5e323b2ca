package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
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
  private static final String ASK = "{'userId': 20, 'itemIds': [100]}";

  @TempDir Path directory;
  private LocalObjectStore behind;
  private CountingStore store;
  private long now = 1;
  private final Deque<Runnable> background = new ArrayDeque<>();
  private Requests requests;

  @BeforeEach
  void open() throws IOException {
    behind = new LocalObjectStore(directory);
    store = new CountingStore(behind);
    requests = requests(Optional.of("set"), Duration.ofMillis(100));
  }

  private Requests requests(Optional<String> dataset, Duration refresh) {
    return new Requests(
        new RecommendationService(
            store.store(),
            new ModelCache(store.store(), dataset, refresh, background::add, () -> now)));
  }

  private float ask() {
    return requests.predict(ASK).predictions().getFirst().rating();
  }

  private void inTheBackground() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  @Test
  void reads_areOnePerFileAtStart_oneRangePerUser_andNoneAfter() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    new RecommendationService(
            store.store(), new ModelCache(store.store(), Optional.of("set"), Duration.ofDays(1)))
        .ensureLoaded(null);
    List<String> reads = store.calls();
    assertThat(reads.subList(0, 2)).containsExactly("read current.json", "read model.json");
    assertThat(reads.subList(2, reads.size())) // side by side
        .containsExactlyInAnyOrder("read items.arrow", "read lookup.arrow");

    requests.similar("{'itemId': 100}");
    store.calls();
    requests.predict(ASK);
    assertThat(store.calls()).containsExactly("readRange users.arrow");
    requests.recommend("{'userId': 20}");
    assertThat(store.calls()).containsExactly("readRange seen.arrow");
    requests.recommend("{'userId': 30, 'explain': true}"); // both in parallel
    assertThat(store.calls())
        .containsExactlyInAnyOrder("readRange users.arrow", "readRange seen.arrow");
    requests.predict(ASK);
    requests.recommend("{'userId': 20, 'explain': true}");
    requests.recommend("{'userId': 30}");
    requests.recommend("{'userId': 99}");
    requests.foldIn("{'ratings': [{'itemId': 100, 'rating': 3}]}");
    requests.similar("{'itemId': 100}");
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void namesWithoutAModel_evictNothing() throws IOException {
    for (String dataset : List.of("a", "b", "c", "d")) {
      new ModelFixture(dataset, "m1").publish(behind);
      requests.predict(askOf(dataset));
    }
    for (int i = 0; i < 8; i++) {
      String madeUp = askOf("made-up-" + i);
      assertThatThrownBy(() -> requests.predict(madeUp))
          .hasMessageContaining("has no published model");
    }
    store.calls();
    for (String dataset : List.of("a", "b", "c", "d")) {
      requests.predict(askOf(dataset));
    }
    assertThat(store.calls()).isEmpty();

    new ModelFixture("e", "m1").publish(behind);
    requests.predict(askOf("e"));
    store.calls();
    requests.predict(askOf("b"));
    assertThat(store.calls()).as("the four most recently requested").isEmpty();
    requests.predict(askOf("a"));
    assertThat(store.calls()).as("the evicted one").contains("read model.json");
  }

  private static String askOf(String dataset) {
    return "{'dataset': '" + dataset + "', 'userId': 20, 'itemIds': [100]}";
  }

  @Test
  void newModel_afterHalfTheStaleness_isFoundInTheBackground() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    store.calls();

    now += 49;
    assertThat(ask()).isEqualTo(4.25f);
    assertThat(background).isEmpty();
    now += 1;
    assertThat(ask()).isEqualTo(4.25f);
    assertThat(ask()).isEqualTo(4.25f);
    assertThat(background).hasSize(1);
    assertThat(store.calls()).isEmpty();
    inTheBackground();
    assertThat(store.calls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "find current.json",
            "read current.json",
            "find users.arrow",
            "find seen.arrow",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow");
    assertThat(ask()).isEqualTo(3.25f);

    now += 50;
    ask();
    store.calls();
    inTheBackground();
    assertThat(store.calls()).containsExactly("find current.json");
  }

  /// Simulates a process that is frozen between requests, so that nothing runs in the background.
  @Test
  void newModel_pastTheStaleness_answersAtOnce() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    now += 99;
    assertThat(ask()).isEqualTo(4.25f);
    now += 1;
    store.calls();
    assertThat(ask()).isEqualTo(3.25f);
    assertThat(store.calls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "find current.json",
            "read current.json",
            "find users.arrow",
            "find seen.arrow",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow",
            "readRange users.arrow");
    now += 49;
    ask();
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void clockThatIsSetBack_makesEveryModelOld() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    now -= 1;
    assertThat(ask()).isEqualTo(3.25f);
  }

  /// A background check reads an old `current.json`, is frozen, and continues after a later check
  /// has finished.
  @Test
  void frozenCheck_doesNotUndoALaterOne() throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    now += 50;
    ask();
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch thawed = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      store.before(
          "items.arrow",
          () -> {
            frozen.countDown();
            awaitOrFail(thawed);
          });
      Future<?> look = thread.submit(this::inTheBackground);
      awaitOrFail(frozen);
      store.heal();
      new ModelFixture("set", "m3", "biased", 2.5f).publish(behind);
      now += 1_000;
      assertThat(ask()).isEqualTo(3.75f);
      thawed.countDown();
      look.get(30, TimeUnit.SECONDS);
    }
    assertThat(ask()).isEqualTo(3.75f);
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
    new ModelFixture("set", "m1").publish(behind);
    ask();
    store.fail("current.json");
    now += 100;
    store.calls();
    assertThat(logOf(() -> assertThat(ask()).isEqualTo(4.25f)))
        .anyMatch(line -> line.contains("could not check whether set has a new model"));
    assertThat(ask()).isEqualTo(4.25f);
    assertThat(store.calls()).containsExactly("find current.json");
  }

  @Test
  void stalenessOfZero_checksBeforeEachAnswer() throws IOException {
    requests = requests(Optional.of("set"), Duration.ZERO);
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    assertThat(ask()).isEqualTo(3.25f);
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
  void brokenModel_isRefused_andTheOldOneStays(String how, String file, String problem)
      throws IOException {
    ModelFixture broken = new ModelFixture("set", "m2", "biased", 2);
    String error =
        "the current model of the dataset 'set' cannot be served: "
            + problem
            + "; publish it again, or another";
    new ModelFixture("set", "m1").publish(behind);
    assertThat(ask()).isEqualTo(4.25f);

    broken.publish(behind);
    breakIt(broken, how, file);
    now += 50;
    ask();
    List<String> log = logOf(this::inTheBackground);
    assertThat(log).anyMatch(line -> line.contains("the new model of {0} cannot be served"));
    assertThat(ask()).isEqualTo(4.25f);

    // It is not tried again until another model is published.
    now += 50;
    ask();
    store.calls();
    inTheBackground();
    assertThat(store.calls()).containsExactly("find current.json");
    new ModelFixture("set", "m3", "biased", 2.5f).publish(behind);
    now += 50;
    ask();
    inTheBackground();
    assertThat(ask()).isEqualTo(3.75f);

    behind.put(
        "models/set/current.json",
        Json.write(new CurrentModel("set", "m2", null, "2026-01-01T00:00:00Z", List.of())));
    Requests fresh = requests(Optional.of("set"), Duration.ofMillis(100));
    assertThatThrownBy(() -> fresh.predict(ASK))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(error);
  }

  private void breakIt(ModelFixture model, String how, String file) throws IOException {
    String key = model.directory() + file;
    switch (how) {
      case "delete" -> behind.delete(key);
      case "damage" -> behind.put(key, "garbage".getBytes(StandardCharsets.UTF_8));
      case "version" -> behind.put(key, Json.write(model.card(ModelCard.FORMAT_VERSION + 1)));
      case "nan" -> model.writeItems(behind, new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0});
      default -> throw new IllegalArgumentException(how);
    }
  }

  @Test
  void damagedRange_isReported_withoutAPath() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    behind.put("models/set/m1/seen.arrow", new byte[5_000]);
    assertThatThrownBy(() -> requests.recommend("{'userId': 20}"))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(
            "the current model of the dataset 'set' cannot be served: seen.arrow is damaged;"
                + " publish it again, or another");
    behind.put("models/set/m1/users.arrow", new byte[10]);
    assertThatThrownBy(() -> requests.predict("{'userId': 30, 'itemIds': [100]}"))
        .hasMessageContaining("users.arrow is damaged");
  }

  /// The caller cannot fix it, so it is a failure and not the caller's mistake.
  @Test
  void damagedDocuments_areFailures() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    requests.predict(ASK);
    behind.put("models/set/m1/manifest.json", "{".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> requests.serve("{'modelInfo': {}}"))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessageContaining("manifest.json is damaged");
    behind.put("models/set/current.json", "{".getBytes(StandardCharsets.UTF_8));
    Requests fresh = requests(Optional.of("set"), Duration.ofMillis(100));
    assertThatThrownBy(() -> fresh.predict(ASK))
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.FAILED))
        .hasMessage(
            "the current model of the dataset 'set' cannot be served: current.json is damaged;"
                + " publish it again, or another");
  }

  @Test
  void failingStore_isReported_withoutAPath_andMayRecover() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    store.fail("items.arrow");
    assertThatThrownBy(this::ask)
        .isInstanceOfSatisfying(
            ServiceException.class,
            e -> assertThat(e.kind()).isEqualTo(ServiceException.Kind.UNAVAILABLE))
        .hasMessage("the store cannot be read at the moment; try again");
    store.heal();
    assertThat(ask()).isEqualTo(4.25f);

    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    store.fail("items.arrow");
    now += 50;
    ask();
    inTheBackground();
    assertThat(ask()).isEqualTo(4.25f);
    store.heal();
    now += 50;
    ask();
    inTheBackground();
    assertThat(ask()).isEqualTo(3.25f);
  }

  @Test
  void userIds_areNotLogged() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    behind.put("models/set/m1/users.arrow", new byte[10]);
    behind.put("models/set/m1/seen.arrow", new byte[10]);
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
    new ModelFixture("old", "m1").publish(behind);
    new ModelFixture("new", "m1").publish(behind);
    assertThat(requests(Optional.of("old"), Duration.ZERO).predict(ASK).dataset()).isEqualTo("old");
    Requests latest = requests(Optional.empty(), Duration.ZERO);
    assertThat(latest.predict(ASK).dataset()).isEqualTo("new");
    new ModelFixture("old", "m2").publish(behind);
    assertThat(latest.predict(ASK).dataset()).isEqualTo("old");
    assertThat(latest.predict("{'dataset': 'new', 'userId': 20, 'itemIds': [100]}").dataset())
        .isEqualTo("new");
  }

  @Test
  void beforeTheFirstModel_requestsFailWithAReason() {
    assertThatThrownBy(() -> requests(Optional.empty(), Duration.ZERO).predict(ASK))
        .isInstanceOf(RequestException.class)
        .hasMessage("no model has been published yet; upload a ratings file first");
    assertThatThrownBy(this::ask).hasMessage("the dataset 'set' has no published model");
  }

  /// Threads send requests while models are switched: each answer comes from one model only.
  @Test
  void answers_neverMixTwoModels() throws Exception {
    requests = requests(Optional.of("set"), Duration.ZERO);
    ModelFixture one = new ModelFixture("set", "m1");
    ModelFixture two = new ModelFixture("set", "m2", "biased", 2);
    one.publish(behind);
    AtomicBoolean done = new AtomicBoolean();
    Set<String> answers = ConcurrentHashMap.newKeySet();
    Callable<Void> asking =
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
        running.add(threads.submit(asking));
      }
      for (int i = 0; i < 20; i++) {
        (i % 2 == 0 ? two : one).publish(behind);
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
