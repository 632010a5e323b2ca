package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Await;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainTest {
  @TempDir Path directory;
  private LocalObjectStore store;
  private Train train;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    train = new Train(store);
  }

  private TrainResult run(TrainRequestBuilder request) throws IOException {
    return train.run(request.build());
  }

  @Test
  void model_isByteIdentical_forAllThreadsAndKernels() throws IOException {
    List<byte[]> models = new ArrayList<>();
    for (String setting : List.of("1 vector", "2 vector", "3 vector", "6 vector", "2 scalar")) {
      LocalObjectStore emptyStore =
          new LocalObjectStore(directory.resolve(setting.replace(' ', '-')));
      String manifest = PlantedRatings.index(6).write(emptyStore, "planted");
      TrainRequestBuilder request = SmallRequest.of(manifest);
      request.epochs(3);
      request.factors(13);
      request.threads(Integer.valueOf(setting.split(" ")[0]));
      request.kernel(setting.split(" ")[1]);

      TrainResult result = new Train(emptyStore).run(request.build());

      String model = ObjectKeys.directoryOf(result.model());
      models.add(emptyStore.read(model + StoreLayout.USERS).content());
      models.add(emptyStore.read(model + StoreLayout.ITEMS).content());
      models.add(String.valueOf(result.figures().trainRmse()).getBytes(StandardCharsets.UTF_8));
      models.add(
          String.valueOf(result.figures().validationRmse()).getBytes(StandardCharsets.UTF_8));
      assertThat(result.figures().kernel()).isEqualTo(request.kernel());
      assertThat(result.figures().threads()).isEqualTo(request.threads());
    }

    for (int i = 4; i < models.size(); i++) {
      assertThat(models.get(i)).isEqualTo(models.get(i % 4));
    }
  }

  @Test
  void model_dependsOnTheSeed() throws IOException {
    String manifest = PlantedRatings.index(2).write(store, "planted");
    TrainRequestBuilder one = SmallRequest.of(manifest);
    TrainRequestBuilder other = SmallRequest.of(manifest);
    other.seed(43L);

    assertThat(run(one).figures().trainRmse()).isNotEqualTo(run(other).figures().trainRmse());
  }

  @Test
  void repeatedRequest_isAnsweredFromTheStore() throws IOException {
    String manifest = PlantedRatings.index(2).write(store, "planted");
    TrainRequestBuilder first = SmallRequest.of(manifest);
    TrainRequestBuilder second = SmallRequest.of(manifest);
    second.threads(1);
    second.kernel("scalar");

    TrainResult trained = run(first);
    TrainResult cached = run(second);

    assertThat(trained.cached()).isFalse();
    assertThat(cached)
        .isEqualTo(new TrainResult(trained.manifest(), true, false, trained.figures()));
  }

  @Test
  void modelDirectory_isComplete() throws IOException {
    IndexFixture index = PlantedRatings.index(3);
    String manifest = index.write(store, "planted");
    TrainResult result = run(SmallRequest.of(manifest));
    String model = ObjectKeys.directoryOf(result.model());

    assertThat(model).isEqualTo("models/planted/" + result.figures().modelId() + "/");
    assertThat(
            store.list(model).stream()
                .map(ObjectInfo::key)
                .map(key -> key.substring(model.length())))
        .containsExactly(
            "history.json",
            "items.arrow",
            "manifest.json",
            "model.json",
            "seen.arrow",
            "users.arrow");
    assertThat(Manifest.read(store, result.model(), StepName.TRAIN).sources())
        .containsEntry("index", manifest);
    ModelCard card = ModelCard.read(store, model);
    assertThat(card)
        .isEqualTo(
            new ModelCard(
                ModelCard.FORMAT_VERSION,
                "biased",
                "planted",
                result.figures().modelId(),
                8,
                0,
                (float) index.train.mean(),
                (float) index.train.mean(),
                index.scale(),
                ((double) index.train.highest() - index.train.lowest()) / 4.5,
                400,
                150,
                24_000,
                Rows.TRAIN,
                null,
                null,
                null,
                List.of()));
    assertThat(store.read(model + StoreLayout.SEEN).content())
        .isEqualTo(store.read(ObjectKeys.directoryOf(manifest) + StoreLayout.SEEN).content());
    try (ArrowFile users = open(model + StoreLayout.USERS);
        ArrowFile items = open(model + StoreLayout.ITEMS)) {
      assertThat(users.columns().toString())
          .isEqualTo(
              "[Column[name=userId, type=INT32, listSize=0, children=[]], Column[name=vector,"
                  + " type=FIXED_SIZE_LIST, listSize=8, children=[Column[name=item, type=FLOAT32,"
                  + " listSize=0, children=[]]]], Column[name=bias, type=FLOAT32, listSize=0,"
                  + " children=[]]]");
      assertThat(users.rows()).isEqualTo(400);
      RecordBatch batch = items.batches().getFirst();
      assertThat(items.columns())
          .extracting(column -> column.name())
          .containsExactly(
              "itemId", "vector", "bias", "title", "genres", "year", "ratings", "recentRatings");
      assertThat(batch.data("itemId").get(Buffers.INT32, 4L * 149)).isEqualTo(100 + 2 * 149);
      assertThat(batch.texts("title")[149]).isEqualTo("Item 149");
      assertThat(batch.texts("genres.item")).startsWith("Drama", "Drama", "Comedy", "Drama");
      assertThat(batch.data("year").get(Buffers.INT32, 4L * 69)).isEqualTo(2019);
      assertThat(batch.data("ratings").get(Buffers.INT32, 0))
          .isEqualTo(
              (int)
                  IntStream.range(0, index.train.size())
                      .filter(i -> index.train.item(i) == 0)
                      .count());
    }
  }

  @Test
  void history_hasAnEntryForEachEpoch() throws IOException {
    TrainResult result = run(SmallRequest.of(PlantedRatings.index(3).write(store, "planted")));
    byte[] json =
        store.read(ObjectKeys.directoryOf(result.model()) + StoreLayout.HISTORY).content();
    JsonNode history = new ObjectMapper().readTree(json).get("rating");

    assertThat(history.isArray()).isTrue();
    assertThat(history).hasSize(6);
    for (int i = 0; i < 6; i++) {
      List<String> names = new ArrayList<>();
      history.get(i).fieldNames().forEachRemaining(names::add);
      assertThat(names)
          .containsExactly(
              "epoch",
              "trainRmse",
              "validationRmse",
              "learningRate",
              "seconds",
              "updatesPerSecond",
              "secondsLeft");
      assertThat(history.get(i).get("epoch").asInt()).isEqualTo(i + 1);
      assertThat(history.get(i).get("learningRate").asDouble())
          .isCloseTo(0.05 * (6 - i) / 6, within(1e-12));
    }
    assertThat(history.get(5).get("trainRmse").asDouble())
        .isLessThan(history.get(0).get("trainRmse").asDouble());
  }

  @Test
  void result_isOneFlatJsonObject() throws IOException {
    TrainResult result = run(SmallRequest.of(PlantedRatings.index(3).write(store, "planted")));

    JsonNode json = new ObjectMapper().readTree(Json.write(result));

    assertThat(json.get("manifest").asText()).isEqualTo(result.manifest());
    assertThat(json.get("cached").asBoolean()).isFalse();
    assertThat(json.get("bestEpoch").asInt()).isEqualTo(result.figures().bestEpoch());
    assertThat(json.has("figures")).isFalse();
  }

  @Test
  void dot_hasNeitherMeanNorBiases() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.model("dot");

    TrainResult result = run(request);

    String model = ObjectKeys.directoryOf(result.model());
    assertThat(ModelCard.read(store, model).globalMean()).isZero();
    try (ArrowFile users = open(model + StoreLayout.USERS);
        ArrowFile items = open(model + StoreLayout.ITEMS)) {
      for (ArrowFile file : List.of(users, items)) {
        for (RecordBatch batch : file.batches()) {
          for (int row = 0; row < batch.rows(); row++) {
            assertThat(batch.data("bias").get(Buffers.FLOAT32, 4L * row)).isZero();
          }
        }
      }
    }
  }

  @Test
  void validation_ofTooFewRatings_doesNotStopEarly() throws IOException {
    IndexFixture index = PlantedRatings.index(3);
    IndexFixture small = new IndexFixture(index.users(), index.items(), 3);
    copy(index.train, small.train, index.train.size());
    copy(index.validation, small.validation, 1_999);

    TrainFigures figures = run(SmallRequest.of(small.write(store, "small"))).figures();

    assertThat(figures.earlyStopping()).isFalse();
    assertThat(figures.bestEpoch()).isEqualTo(6);
    assertThat(figures.validationRmse()).isPositive();
    assertThat(figures.ending())
        .matches(
            "ran all 6 epochs without early stopping: 1,999 validation ratings of \\d+ users are too"
                + " few \\(at least 2,000 ratings of 100 users are required\\)");
  }

  @Test
  void emptyValidationSet_hasNoError() throws IOException {
    IndexFixture index = new IndexFixture(3, 4, 2);
    for (int i = 0; i < 12; i++) {
      index.train.add(i % 3, i / 3, 1 + i % 5);
    }

    TrainResult result = run(SmallRequest.of(index.write(store, "tiny")));

    assertThat(result.figures().validationRmse()).isNull();
    assertThat(result.figures().validationRatings()).isZero();
    assertThat(
            new String(
                store.read(ObjectKeys.directoryOf(result.model()) + StoreLayout.HISTORY).content(),
                StandardCharsets.UTF_8))
        .doesNotContain("validationRmse");
  }

  @Test
  void training_stopsWhenValidationDoesNotImprove() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.factors(64);
    request.epochs(100);
    request.learningRate(0.2);
    request.regularization(0.0);

    TrainFigures figures = run(request).figures();

    assertThat(figures.earlyStopping()).isTrue();
    assertThat(figures.epochs()).isEqualTo(figures.bestEpoch() + 5).isLessThan(100);
    assertThat(figures.ending())
        .isEqualTo(
            "validation RMSE did not improve for 5 epochs after epoch " + figures.bestEpoch());
  }

  @Test
  void equalRatings_areLearned() throws IOException {
    IndexFixture index = new IndexFixture(30, 20, 2);
    for (int i = 0; i < 300; i++) {
      index.train.add(i % 30, i * 7 % 20, 4);
    }

    TrainFigures figures = run(SmallRequest.of(index.write(store, "equal"))).figures();

    assertThat(figures.trainRmse()).isLessThan(0.05);
  }

  @ParameterizedTest
  @CsvSource({"1", "14", "15", "50", "512"})
  void anyNumberOfFactors_works_evenForUsersOfOneRating(int factors) throws IOException {
    IndexFixture index = new IndexFixture(50, 5, 2);
    for (int user = 0; user < 50; user++) {
      index.train.add(user, user % 5, 1 + user % 5);
    }
    TrainRequestBuilder request = SmallRequest.of(index.write(store, "single"));
    request.factors(factors);

    TrainResult result = run(request);

    assertThat(result.figures().trainRmse()).isBetween(0.1, 2.0);
    try (ArrowFile users = open(ObjectKeys.directoryOf(result.model()) + StoreLayout.USERS)) {
      assertThat(users.batches().getFirst().data("vector.item").byteSize())
          .isEqualTo(50L * factors * Float.BYTES);
    }
  }

  @Test
  void interrupt_stopsTrainingAndLeavesNoModel() throws Exception {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.epochs(1000);
    request.factors(512);
    request.regularization(1.0);
    AtomicReference<Throwable> problem = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    run(request);
                  } catch (Throwable e) {
                    problem.set(e);
                  }
                });

    long _ =
        Await.value(
            Duration.ofSeconds(20),
            "training threads",
            () -> Optional.of(trainThreads()).filter(count -> count > 0));
    caller.interrupt();
    caller.join(Duration.ofSeconds(10));

    assertThat(problem.get())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("train planted was stopped");
    assertThat(trainThreads()).isZero();
    assertThat(store.list("models/")).noneMatch(object -> object.key().endsWith("manifest.json"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model          | svd  | field 'model': expected biased or dot, found 'svd'",
        "factors        | 0    | field 'factors': expected a whole number from 1 to 512, found 0",
        "factors        | 513  | field 'factors': expected a whole number from 1 to 512, found 513",
        "epochs         | -1   | field 'epochs': expected a whole number from 1 to 1000, found -1",
        "learningRate   | 0    | field 'learningRate': expected a number above 0 and at most 1,"
            + " found 0.0",
        "learningRate   | 1.5  | field 'learningRate': expected a number above 0 and at most 1,"
            + " found 1.5",
        "learningRate   | NaN  | field 'learningRate': expected a number above 0 and at most 1,"
            + " found NaN",
        "regularization | -0.1 | field 'regularization': expected a number of at least 0 and at"
            + " most 10, found -0.1",
        "finalLearningRate | 2 | field 'finalLearningRate': expected a number of at least 0 and at"
            + " most 1, found 2.0",
        "biasLearningRate | 2 | field 'biasLearningRate': expected a number of at least 0 and at"
            + " most 1, found 2.0",
        "userRegularization | -1 | field 'userRegularization': expected a number of at least 0"
            + " and at most 10, found -1.0",
        "itemRegularization | 11 | field 'itemRegularization': expected a number of at least 0"
            + " and at most 10, found 11.0",
        "biasRegularization | -1 | field 'biasRegularization': expected a number of at least 0"
            + " and at most 10, found -1.0",
        "initialSpread | -1 | field 'initialSpread': expected a number of at least 0 and at most"
            + " 10, found -1.0",
        "patience | 0 | field 'patience': expected a whole number from 1 to 1000, found 0",
        "maxSeconds | 0 | field 'maxSeconds': expected a number above 0 and at most 1000000,"
            + " found 0.0",
        "threads        | 65   | field 'threads': expected a whole number from 1 to 64, found 65",
        "kernel         | gpu  | field 'kernel': expected auto, scalar or vector, found 'gpu'",
      })
  void fieldOutOfRange_isRefused_beforeAnythingIsRead(String field, String value, String message)
      throws IOException {
    TrainRequest request =
        SmallRequest.with(SmallRequest.of("no/such/manifest.json"), field, value);

    assertThatThrownBy(() -> train.run(request))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  @Test
  void manifest_mustBeGivenAndBeAnIndex() throws IOException {
    String index = PlantedRatings.index(2).write(store, "planted");
    String model = run(SmallRequest.of(index)).model();

    assertThatThrownBy(() -> train.run(SmallRequest.of(null).build()))
        .hasMessage("field 'manifest' is missing");
    assertThatThrownBy(() -> train.run(TrainRequest.of("../x")))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("field 'manifest': the key '../x'");
    assertThatThrownBy(() -> train.run(TrainRequest.of("datasets/manifest.json")))
        .hasMessage("field 'manifest': there is no object 'datasets/manifest.json' in the store");
    assertThatThrownBy(() -> train.run(TrainRequest.of(model)))
        .hasMessage("field 'manifest': '" + model + "' is not below datasets/, where index writes");
  }

  @Test
  void noTrainingRatings_areRefused() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(new IndexFixture(1, 1, 1).write(store, "empty"));

    assertThatThrownBy(() -> run(request))
        .isInstanceOf(RequestException.class)
        .hasMessage("there are no training ratings");
  }

  @ParameterizedTest
  @CsvSource({"train.arrow", "validation.arrow", "users.arrow", "items.arrow", "seen.arrow"})
  void missingFile_isNamed(String name) throws IOException {
    String manifest = PlantedRatings.index(2).write(store, "planted");
    String key = ObjectKeys.directoryOf(manifest) + name;
    store.delete(key);

    assertThatThrownBy(() -> new TrainFunction(store).train(TrainRequest.of(manifest)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(key);
    assertThat(store.list("models/")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"train.arrow", "validation.arrow", "users.arrow", "items.arrow"})
  void truncatedFile_isNamed(String name) throws IOException {
    String manifest = PlantedRatings.index(2).write(store, "planted");
    String key = ObjectKeys.directoryOf(manifest) + name;
    byte[] content = store.read(key).content();
    store.put(key, java.util.Arrays.copyOf(content, content.length / 2));

    assertThatThrownBy(() -> new TrainFunction(store).train(TrainRequest.of(manifest)))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(key + ": offset ")
        .hasMessageEndingWith("no Arrow magic; the file is truncated or not an Arrow file");
    assertThat(store.list("models/")).isEmpty();
  }

  @Test
  void function_withoutABody_isRefused() {
    assertThatThrownBy(() -> new TrainFunction(store).train(null))
        .hasMessage("the request is empty; a JSON object was expected");
  }

  private ArrowFile open(String key) throws IOException {
    return ArrowFile.open(store.fetch(key).path(), key);
  }

  private static void copy(RatingList from, RatingList to, int count) {
    for (int i = 0; i < count; i++) {
      to.add(from.user(i), from.item(i), from.rating(i));
    }
  }

  private static long trainThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("train-"))
        .count();
  }
}
