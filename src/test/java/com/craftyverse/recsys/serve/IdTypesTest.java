package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.CodedDatasets;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Takes the same ratings with ids of each type from a dataset to the answers, and compares all that comes of
/// them with what 32-bit numbers give.
class IdTypesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long SEED = 11;

  /// Requests whose ids are written as `#12`.
  private static final List<String> REQUESTS =
      List.of(
          "{'predict': {'userId': #3, 'itemIds': [#1, #2, #59, #777]}}",
          "{'predict': {'userId': #777, 'itemIds': [#1, #777]}}",
          "{'predict': {'pairs': [{'userId': #3, 'itemId': #1}, {'userId': #777, 'itemId': #2}]}}",
          "{'predict': {'itemIds': [#9], 'ratings': [{'itemId': #1, 'rating': 5}]}}",
          "{'recommend': {'userId': #3, 'n': 20, 'explain': true}}",
          "{'recommend': {'userId': #3, 'excludeSeen': false, 'rankBy': 'rating'}}",
          "{'recommend': {'userId': #777}}",
          "{'recommend': {'userId': #5, 'allow': [#1, #2, #5, #777], 'excludeSeen': false}}",
          "{'recommend': {'userId': #5, 'deny': [#1, #2, #777], 'n': 60}}",
          "{'recommend': {'userId': #5, 'ratings': [{'itemId': #1, 'rating': 1}], 'explain': true}}",
          "{'similar': {'itemId': #1}}",
          "{'popular': {'n': 60}}",
          "{'popular': {'n': 60, 'period': 'all', 'genres': ['Drama']}}",
          "{'foldIn': {'ratings': [{'itemId': #1, 'rating': 5}, {'itemId': #777, 'rating': 2}],"
              + " 'itemIds': [#2]}}",
          "{'items': {'n': 60}}",
          "{'items': {'query': 'road'}}",
          "{'history': {'userId': #3}}",
          "{'modelInfo': {}}");

  @TempDir Path directory;
  private LocalObjectStore store;
  private String numbered = "";
  private String earlier = "";

  /// Uploads 80 users who arrive one after the other and choose some of 60 items, low numbers more often.
  @BeforeEach
  void ingest() throws IOException {
    store = new LocalObjectStore(directory);
    Random random = new Random(SEED);
    StringBuilder all = new StringBuilder(Uploads.HEADER);
    StringBuilder first = new StringBuilder(Uploads.HEADER);
    for (int user = 1; user <= 80; user++) {
      Set<Integer> chosen = new HashSet<>();
      int count = 5 + random.nextInt(25);
      while (chosen.size() < count) {
        chosen.add(1 + (int) (60 * Math.pow(random.nextDouble(), 2)));
      }
      for (int item : chosen) {
        float rating = (1 + random.nextInt(10)) / 2f;
        long time = 1_000_000 + 900L * user + random.nextInt(20_000);
        String row = user + "," + item + "," + rating + "," + time + "\n";
        all.append(row);
        if (time < 1_040_000) {
          first.append(row);
        }
      }
    }
    numbered =
        Uploads.ingest(store, "raw/set/all.zip", Uploads.zip(all.toString(), Uploads.MOVIES))
            .manifest();
    earlier =
        Uploads.ingest(store, "raw/set/first.zip", Uploads.zip(first.toString(), Uploads.MOVIES))
            .manifest();
  }

  /// What the steps make of a dataset.
  ///
  /// @param index the index's directory
  /// @param model the model's directory
  private record Trained(String index, String model, EvaluateFigures evaluation) {}

  private Trained train(String dataset) throws IOException {
    String split = new Split(store).run(SplitRequest.of(dataset)).manifest();
    String index = new Index(store).run(IndexRequest.of(split)).manifest();
    String model =
        new Train(store)
            .run(TrainRequests.with(index, "'factors': 4, 'epochs': 2, 'rankingFactors': 8"))
            .model();
    return new Trained(
        ObjectKeys.directoryOf(index),
        ObjectKeys.directoryOf(model),
        new Evaluate(store).run(EvaluateRequest.of(model)).figures());
  }

  private Trained publish(String dataset, String name) throws IOException {
    Trained trained = train(dataset);
    new Publish(store)
        .run(
            new PublishRequest(trained.model + "evaluation.json")
                .withForce(
                    CurrentModel.find(store, name)
                        .map(current -> current.current().model())
                        .orElse("none")));
    return trained;
  }

  @ParameterizedTest
  @EnumSource(
      value = IdType.class,
      names = {"INT64", "UTF8"})
  void ids_ofOtherTypes_giveTheSameModelAndAnswers(IdType type) throws IOException {
    IntFunction<Id> ids = id -> CodedDatasets.id(type, id);
    Trained expected = publish(numbered, "set");
    Trained found = publish(CodedDatasets.write(store, numbered, "twin", type), "twin");

    for (String name : List.of("train", "test", "validation", "seen")) {
      assertThat(store.read(found.index + name + ".arrow").content())
          .as(name)
          .isEqualTo(store.read(expected.index + name + ".arrow").content());
    }
    for (String name : List.of("users", "items")) {
      String column = name.equals("users") ? Schemas.USER_ID : Schemas.ITEM_ID;
      assertThat(ids(found.index + name + ".arrow", column, type))
          .as(name)
          .isEqualTo(mapped(ids(expected.index + name + ".arrow", column, IdType.INT32), ids));
      assertThat(ids(found.model + name + ".arrow", column, type))
          .isEqualTo(ids(found.index + name + ".arrow", column, type));
      for (String values : List.of("vector.item", "bias", "rankingVector.item")) {
        assertThat(floats(found.model + name + ".arrow", values))
            .isEqualTo(floats(expected.model + name + ".arrow", values));
      }
    }
    assertThat(ids(found.model + "lookup.arrow", Schemas.USER_ID, type))
        .isEqualTo(ids(found.model + "users.arrow", Schemas.USER_ID, type));
    assertThat(found.evaluation.test()).isEqualTo(expected.evaluation.test());
    assertThat(found.evaluation.validation()).isEqualTo(expected.evaluation.validation());
    assertQuality(found, expected, ids);
    for (String request : REQUESTS) {
      JsonNode answer = answer("twin", request, ids);
      JsonNode reference = answer("set", request, Id::of);
      withoutNames(answer);
      withoutNames(reference);
      assertThat(answer).as(request).isEqualTo(withIds(reference, ids));
    }
  }

  /// `quality.json` has the ids as uploaded, and no sizes of a matrix over them.
  private void assertQuality(Trained found, Trained expected, IntFunction<Id> ids)
      throws IOException {
    ObjectNode report =
        (ObjectNode) MAPPER.readTree(store.read(found.index + "quality.json").content());
    ObjectNode reference =
        (ObjectNode) MAPPER.readTree(store.read(expected.index + "quality.json").content());
    for (String field : List.of("emptyUserRowsAvoided", "originalElements", "savedPercent")) {
      assertThat(report.has(field)).isFalse();
      assertThat(reference.remove(field)).isNotNull();
    }
    report.remove("dataset");
    reference.remove("dataset");
    assertThat(report).isEqualTo(withIds(reference, ids));
  }

  private JsonNode answer(String dataset, String request, IntFunction<Id> ids) throws IOException {
    String json =
        Pattern.compile("#(\\d+)")
            .matcher(request.replace('\'', '"'))
            .replaceAll(
                id -> Matcher.quoteReplacement(ids.apply(Integer.parseInt(id.group(1))).json()));
    RecommendationService service =
        new RecommendationService(
            store, new ModelCache(store, Optional.of(dataset), Duration.ZERO));
    return MAPPER.readTree(new Requests(service).serve(json));
  }

  /// Removes what two models of different datasets differ in.
  private static void withoutNames(JsonNode answer) {
    ((ObjectNode) answer)
        .remove(
            List.of(
                "dataset",
                "model",
                "scoredModel",
                "ageSeconds",
                "published",
                "trained",
                "training",
                "evaluation"));
  }

  /// Replaces the ids in an answer, or in a report.
  private static JsonNode withIds(JsonNode json, IntFunction<Id> ids) throws IOException {
    if (json instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
        boolean isId = field.getKey().matches("(min|max)?([uU]ser|[iI]tem)Id");
        boolean isList = field.getKey().matches("sampleUsers|first(User|Item)Ids");
        JsonNode value = field.getValue();
        if (isId) {
          object.set(field.getKey(), MAPPER.readTree(ids.apply(value.asInt()).json()));
        } else if (isList) {
          ArrayNode list = object.putArray(field.getKey());
          for (JsonNode id : value) {
            list.add(MAPPER.readTree(ids.apply(id.asInt()).json()));
          }
        } else {
          withIds(value, ids);
        }
      }
    } else {
      for (JsonNode element : json) {
        withIds(element, ids);
      }
    }
    return json;
  }

  private static List<Id> mapped(List<Id> originals, IntFunction<Id> ids) {
    return originals.stream().map(id -> ids.apply(Integer.parseInt(id.toString()))).toList();
  }

  private List<Id> ids(String key, String column, IdType type) throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, key)) {
      assertThat(IdType.of(file, column)).isEqualTo(type);
      IdTable ids = IdTable.read(file, column);
      return IntStream.range(0, ids.size()).mapToObj(ids::id).toList();
    }
  }

  private List<Float> floats(String key, String column) throws IOException {
    List<Float> values = new ArrayList<>();
    try (ArrowFile file = ArrowObjects.open(store, key)) {
      for (RecordBatch batch : file.batches()) {
        for (float value : batch.floats(column).toArray()) {
          values.add(value);
        }
      }
    }
    return values;
  }

  /// A client need not know how the dataset writes its ids.
  @Test
  void numbersAsTexts_andTextsAsNumbers_areTaken() throws IOException {
    publish(numbered, "set");
    publish(CodedDatasets.write(store, numbered, "texts", IdType.UTF8, id -> text(id)), "texts");
    String request = "{'recommend': {'userId': %s, 'deny': [%s], 'n': 3}}";
    assertThat(raw("set", request, "\"12\"", "\"11\"")).isEqualTo(raw("set", request, "12", "11"));
    assertThat(raw("texts", request, "12", "11"))
        .isEqualTo(raw("texts", request, "\"12\"", "\"11\""))
        .contains("\"userId\" : \"12\"");
    assertThat(raw("set", request, "\"12\"", "11")).contains("\"userId\" : 12,");
    assertThatThrownBy(() -> raw("set", request, "\"twelve\"", "11"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'userId': the user ids of this dataset are whole numbers, found a string");
    assertThat(raw("texts", request, "\"twelve\"", "11")).contains("unknown user");
    assertThat(raw("texts", "{'items': {'query': '%s'}}", "59", ""))
        .contains("\"itemId\" : \"59\"")
        .contains("\"total\" : 1,");
  }

  /// Returns numbers without leading zeros, in an order of texts.
  private static Id text(int id) {
    return Id.of(String.valueOf(10 + id));
  }

  private String raw(String dataset, String request, Object... arguments) throws IOException {
    RecommendationService service =
        new RecommendationService(
            store, new ModelCache(store, Optional.of(dataset), Duration.ZERO));
    return new Requests(service).serve(String.format(request, arguments));
  }

  /// The published model's items are found by their ids, whose codes are others in each version.
  @Test
  void publishedModel_isComparedByIds() throws IOException {
    publish(earlier, "set");
    EvaluateFigures expected = train(numbered).evaluation;
    assertThat(Objects.requireNonNull(expected.published()).ratings()).isNotNull();

    publish(CodedDatasets.write(store, earlier, "texts", IdType.UTF8), "texts");
    String twin = write(numbered, "texts", IdType.UTF8, id -> CodedDatasets.id(IdType.UTF8, id));
    EvaluateFigures found = train(twin).evaluation;
    assertThat(Objects.requireNonNull(found.published()).ratings())
        .isEqualTo(expected.published().ratings());
    assertThat(found.published().ranking()).isEqualTo(expected.published().ranking());

    // Numbers of 64 bits, of which those of 32 bits are equal ones.
    EvaluateFigures wide = train(write(numbered, "set", IdType.INT64, Id::of)).evaluation;
    assertThat(Objects.requireNonNull(wide.published()).ratings())
        .isEqualTo(expected.published().ratings());

    EvaluateFigures other = train(write(numbered, "set", IdType.UTF8, id -> text(id))).evaluation;
    assertThat(Objects.requireNonNull(other.published()).ratings()).isNull();
    assertThat(other.published().reason())
        .isEqualTo(
            "its item ids are of another type, texts or numbers, so no item is known to be the same");
  }

  /// A warm start finds the earlier model's users and items by their ids, whose codes are others in each version.
  @ParameterizedTest
  @EnumSource(
      value = IdType.class,
      names = {"INT64", "UTF8"})
  void warmStart_findsUsersAndItemsByTheirIds(IdType type) throws IOException {
    String expected = warmStarted(earlier, numbered);
    String found =
        warmStarted(
            CodedDatasets.write(store, earlier, "twin", type),
            CodedDatasets.write(store, numbered, "twin", type));
    for (String values : List.of("vector.item", "rankingVector.item")) {
      assertThat(floats(found + "users.arrow", values))
          .isEqualTo(floats(expected + "users.arrow", values));
    }
  }

  /// Returns the directory of a model that starts from one of another version of the dataset.
  private String warmStarted(String first, String second) throws IOException {
    String model = train(first).model + "manifest.json";
    String split = new Split(store).run(SplitRequest.of(second)).manifest();
    String index = new Index(store).run(IndexRequest.of(split)).manifest();
    String warm =
        new Train(store)
            .run(
                TrainRequests.with(
                    index,
                    "'factors': 4, 'epochs': 2, 'rankingFactors': 8, 'warmStart': '" + model + "'"))
            .model();
    assertThat(floats(ObjectKeys.directoryOf(warm) + "users.arrow", "vector.item"))
        .isNotEqualTo(floats(train(second).model + "users.arrow", "vector.item"));
    return ObjectKeys.directoryOf(warm);
  }

  private String write(String manifest, String dataset, IdType type, IntFunction<Id> ids)
      throws IOException {
    return CodedDatasets.write(store, manifest, dataset, type, ids);
  }

  @Test
  void damagedCodes_areRefused() throws IOException {
    String twin = CodedDatasets.write(store, numbered, "twin", IdType.UTF8);
    String directoryOfTwin = ObjectKeys.directoryOf(twin);
    String other = CodedDatasets.write(store, earlier, "other", IdType.UTF8);
    Path copy = store.newTempFile();
    Files.write(copy, store.read(ObjectKeys.directoryOf(other) + "userIds.arrow").content());
    store.put(directoryOfTwin + "userIds.arrow", copy);
    String split = new Split(store).run(SplitRequest.of(twin)).manifest();
    assertThatThrownBy(() -> new Index(store).run(IndexRequest.of(split)))
        .hasMessageMatching(
            "userIds.arrow: \\d+ rows, but the ratings have the code \\d+; ingest the upload again");
  }
}
