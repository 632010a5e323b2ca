package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.batch.RecommendAll;
import com.craftyverse.recsys.batch.RecommendAllRequest;
import com.craftyverse.recsys.batch.RecommendAllRequestBuilder;
import com.craftyverse.recsys.batch.RecommendAllResult;
import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.Texts;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequestBuilder;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.serve.ItemsResult;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.PopularResult;
import com.craftyverse.recsys.serve.Recommendation;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.serve.SimilarResult;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Takes the other columns of a table of items from an upload to answers.
class WhereTest {
  private static final int ITEMS = 40;

  @TempDir static Path directory;
  private static LocalObjectStore store;
  private static LocalPipeline.Outcome outcome;
  private static Requests requests;

  /// Rows of 30 users and 40 items, half of the pairs. Item 40 has no description.
  @BeforeAll
  static void publish() throws IOException {
    store = new LocalObjectStore(directory);
    StringBuilder ratings = new StringBuilder("user_id,item_id,rating,time\n");
    for (int user = 1; user <= 30; user++) {
      for (int item = user % 2; item < ITEMS; item += 2) {
        ratings.append(
            "%d,i%d,%d,%d\n"
                .formatted(
                    user,
                    item + 1,
                    1 + (user * 7 + item * 3) % 5,
                    1_400_000_000 + 997 * item + user));
      }
    }
    StringBuilder items = new StringBuilder("item_id,title,brand,price,colors\n");
    items.append("never rated,Nothing,Nobody,1,red\nnever either,Nothing,Nobody,1,\n");
    for (int item = ITEMS - 1; item >= 1; item--) {
      items.append(
          "i%d,Title %d,%s,%s,%s\n"
              .formatted(
                  item,
                  item,
                  item % 4 == 0 ? "Acme" : item % 4 == 1 ? "Bo" : "",
                  item % 8 == 0 ? "5.00" : "" + item,
                  item % 3 == 0 ? "red|dark blue" : "green"));
    }
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", ratings.toString());
    files.put("items.csv", items.toString());
    store.put("raw/shop.zip", Uploads.zip(files));
    outcome = chain(store, "raw/shop.zip");
    requests = requests(store);
  }

  private static LocalPipeline.Outcome chain(LocalObjectStore store, String key)
      throws IOException {
    ObjectInfo upload = store.find(key).orElseThrow();
    RunRecorder recorder = new RunRecorder("1", upload, "any", LocalPipeline.STEPS, _ -> {});
    return new LocalPipeline(store, true, 5, recorder).run(upload);
  }

  private static Requests requests(LocalObjectStore store) {
    return new Requests(
        new RecommendationService(
            store, new ModelCache(store, Optional.of("shop"), Duration.ofDays(1))));
  }

  private static List<String> found(String where) {
    return requests.items("{'n': 50, 'where': " + where + "}").items().stream()
        .map(item -> item.itemId().toString())
        .sorted()
        .toList();
  }

  @Test
  void index_andModels_haveTheAttributesOfTheirItems() throws IOException {
    String scored =
        StoreLayout.modelDirectory(
            "shop", Objects.requireNonNull(ModelCard.read(store, outcome.model()).scoredModel()));
    for (String directory : List.of(outcome.index(), scored, outcome.model())) {
      try (ArrowFile items = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
          ArrowFile attributes = ArrowObjects.open(store, directory + StoreLayout.ATTRIBUTES)) {
        assertThat(attributes.columns())
            .containsExactly(Column.utf8("brand"), Column.utf8("price"), Column.utf8("colors"));
        assertThat(attributes.rows()).isEqualTo(items.rows());
        IdTable ids = IdTable.read(items, Schemas.ITEM_ID);
        Texts prices = Texts.read(attributes, "price");
        for (int row = 0; row < ids.size(); row++) {
          int item = Integer.parseInt(ids.id(row).toString().substring(1));
          assertThat(prices.get(row))
              .isEqualTo(item == ITEMS ? "" : item % 8 == 0 ? "5.00" : "" + item);
        }
      }
    }
    assertThat(ModelCard.read(store, outcome.model()).attributes())
        .containsExactly("brand", "price", "colors");
    assertThat(requests.modelInfo("{}").attributes()).containsExactly("brand", "price", "colors");
  }

  @Test
  void delta_carriesOldAndNewAttributesIntoItsModel() throws IOException {
    LocalObjectStore grown = new LocalObjectStore(directory.resolve("grown"));
    grown.put("raw/grow/settings.json", "{\"append\": true}".getBytes(StandardCharsets.UTF_8));
    grown.put("raw/grow/all.zip", store.read("raw/shop.zip").content());
    chain(grown, "raw/grow/all.zip");
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", "user_id,item_id,rating,time\n1,i1,5,1500000000\n");
    files.put("items.csv", "item_id,title,brand,size\ni4,New,Cy,big\n");
    grown.put("raw/grow/more.zip", Uploads.zip(files));
    LocalPipeline.Outcome second = chain(grown, "raw/grow/more.zip");
    String key = second.model() + StoreLayout.ATTRIBUTES;
    try (ArrowFile items = ArrowObjects.open(grown, second.model() + StoreLayout.ITEMS);
        ArrowFile attributes = ArrowObjects.open(grown, key)) {
      List<String> names = List.of("brand", "size", "price", "colors");
      attributes.require(Schemas.attributes(names));
      assertThat(ModelCard.read(grown, second.model()).attributes()).isEqualTo(names);
      IdTable ids = IdTable.read(items, Schemas.ITEM_ID);
      assertThat(values(attributes, ids.indexOf(Id.of("i4")))).containsExactly("Cy", "big", "", "");
      assertThat(values(attributes, ids.indexOf(Id.of("i8"))))
          .containsExactly("Acme", "", "5.00", "green");
    }
  }

  private static List<String> values(ArrowFile attributes, int row) throws IOException {
    List<String> values = new ArrayList<>();
    for (Column column : attributes.columns()) {
      values.add(Texts.read(attributes, column.name()).get(row));
    }
    return values;
  }

  @Test
  void items_haveAttributes_andAreFilteredByThem() {
    assertThat(found("{'brand': 'Acme'}"))
        .containsExactly("i12", "i16", "i20", "i24", "i28", "i32", "i36", "i4", "i8");
    assertThat(found("{'brand': 'acme'}")).isEmpty();
    assertThat(found("{'brand': ['Acme', 'Bo']}")).hasSize(19);
    assertThat(found("{'brand': 'Acme', 'colors': 'red'}")).containsExactly("i12", "i24", "i36");
    assertThat(found("{'colors': 'dark blue', 'price': ['9', 12, 15.0]}"))
        .containsExactly("i12", "i15", "i9");
    assertThat(found("{'colors': 'red|dark blue', 'price': 9}")).containsExactly("i9");
    assertThat(found("{'price': 5}")).containsExactly("i16", "i24", "i32", "i5", "i8");
    assertThat(found("{'price': '5'}")).containsExactly("i5");
    assertThat(found("{'price': true}")).containsExactly("i1");
    assertThat(found("{}")).hasSize(ITEMS);
    assertThat(requests.items("{'query': 'title', 'where': {'price': 9}}").items())
        .containsExactly(
            new ItemsResult.Item(
                Id.of("i9"),
                "Title 9",
                null,
                List.of(),
                15,
                0,
                Map.of("brand", "Bo", "price", "9", "colors", "red|dark blue")));
    assertThat(requests.items("{'query': 'i40'}").items().getFirst().attributes()).isEmpty();
  }

  @Test
  void allKindsOfRequests_takeWhere() {
    String where = "'n': 50, 'where': {'brand': ['Acme']}";
    assertThat(requests.recommend("{'userId': 1, 'excludeSeen': false, " + where + "}"))
        .satisfies(
            result -> {
              assertThat(result.candidates()).isEqualTo(9);
              assertThat(result.recommendations())
                  .extracting(Recommendation::itemId)
                  .hasSize(9)
                  .allMatch(WhereTest::isOfAcme);
            });
    assertThat(requests.foldIn("{'ratings': [{'itemId': 'i4', 'rating': 5}], " + where + "}"))
        .satisfies(
            result ->
                assertThat(result.recommendations())
                    .extracting(Recommendation::itemId)
                    .hasSize(8)
                    .allMatch(WhereTest::isOfAcme));
    assertThat(requests.popular("{'period': 'all', " + where + "}").popular())
        .extracting(PopularResult.Popular::itemId)
        .hasSize(9)
        .allMatch(WhereTest::isOfAcme);
    assertThat(requests.similar("{'itemId': 'i4', " + where + "}").similar())
        .extracting(SimilarResult.Similar::itemId)
        .hasSize(8)
        .allMatch(WhereTest::isOfAcme);
    assertThat(requests.serve("{'recommend': {'userId': 1, 'where': {'brand': 'Nobody'}}}"))
        .contains("\"candidates\" : 0", "\"recommendations\" : [ ]");
  }

  private static boolean isOfAcme(Id id) {
    return Integer.parseInt(id.toString().substring(1)) % 4 == 0;
  }

  @Test
  void recommendAll_takesWhere_whateverItsOrder() throws IOException {
    Map<String, Object> where = new LinkedHashMap<>();
    where.put("price", List.of(4, 12));
    where.put("brand", "Acme");
    RecommendAllResult result = recommendAll(where);
    assertThat(result.figures().candidates()).isEqualTo(2);
    assertThat(result.figures().rows()).isEqualTo(60);
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("brand", List.of("Acme"));
    other.put("price", List.of(4, 12));
    assertThat(recommendAll(other).cached()).isTrue();
    assertThatThrownBy(() -> recommendAll(Map.of("maker", "Acme")))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'where': the items of this dataset have no attribute 'maker'; they have brand,"
                + " price, colors");
  }

  private static RecommendAllResult recommendAll(Map<String, Object> where) throws IOException {
    RecommendAllRequest request =
        RecommendAllRequestBuilder.builder()
            .dataset("shop")
            .excludeSeen(false)
            .where(where)
            .build();
    return new RecommendAll(store, Optional.empty()).run(request);
  }

  @Test
  void mistakes_areRefusedInASentence() {
    assertMistake(
        "{'color': 'red'}",
        "field 'where': the items of this dataset have no attribute 'color'; they have brand,"
            + " price, colors");
    assertMistake(
        "{'brand': null}",
        "field 'where.brand': expected a string, a number, true or false, or a list of these, found"
            + " null");
    assertMistake(
        "{'brand': [{'a': 1}]}",
        "field 'where.brand': expected a string, a number, true or false, or a list of these, found"
            + " an object");
    assertMistake("{'brand': [null]}", "field 'where.brand[0]' is null");
    assertMistake(
        "{'brand': []}", "field 'where.brand' is empty; leave it out or name some values");
    assertThatThrownBy(() -> found("'red'"))
        .hasMessage("field 'where': expected an object, found the string 'red'");
  }

  private static void assertMistake(String where, String message) {
    assertThatThrownBy(() -> found(where)).isInstanceOf(RequestException.class).hasMessage(message);
  }

  @Test
  void damagedOrMissingFile_isNamed_andRequestsWithoutItGoOn() throws IOException {
    LocalObjectStore copy = new LocalObjectStore(directory.resolve("damaged"));
    for (ObjectInfo object : store.list("models/")) {
      copy.put(object.key(), store.read(object.key()).content());
    }
    String key = outcome.model() + StoreLayout.ATTRIBUTES;
    byte[] damaged = store.read(key).content().clone();
    damaged[damaged.length - 20] ^= 0x55;
    copy.put(key, damaged);
    Requests later = requests(copy);
    assertThatThrownBy(() -> later.recommend("{'userId': 1, 'where': {'brand': 'Acme'}}"))
        .isInstanceOf(ServiceException.class)
        .hasMessage(
            "the current model of the dataset 'shop' cannot be served: attributes.arrow is damaged;"
                + " publish it again, or another");
    assertThat(later.recommend("{'userId': 1}").recommendations()).hasSize(10);
    copy.delete(key);
    assertThatThrownBy(() -> later.recommend("{'userId': 1, 'where': {'brand': 'Acme'}}"))
        .hasMessage(
            "the current model of the dataset 'shop' cannot be served: attributes.arrow is missing;"
                + " publish it again, or another");
  }

  @Test
  void index_ofADamagedDataset_isRefused_andWritesNoManifest() throws IOException {
    LocalObjectStore copy = new LocalObjectStore(directory.resolve("dataset"));
    String attributes = "";
    String split = "";
    for (ObjectInfo object : store.list("datasets/")) {
      copy.put(object.key(), store.read(object.key()).content());
      boolean isOfDataset = !object.key().contains("/splits/");
      if (isOfDataset && object.key().endsWith("/" + StoreLayout.ATTRIBUTES)) {
        attributes = object.key();
      }
      if (!isOfDataset
          && !object.key().contains("/index/")
          && object.key().endsWith("/" + StoreLayout.MANIFEST)) {
        split = object.key();
      }
    }
    byte[] other = store.read(outcome.model() + StoreLayout.ATTRIBUTES).content();
    copy.put(attributes, other);
    IndexRequestBuilder request = IndexRequestBuilder.builder().manifest(split).seed(7L);
    assertThatThrownBy(() -> new Index(copy).run(request.build()))
        .hasMessage(attributes + ": 40 rows, but there are 41 items");
    assertThat(copy.list(ObjectKeys.directoryOf(split) + "index/"))
        .extracting(ObjectInfo::key)
        .filteredOn(key -> key.endsWith(StoreLayout.MANIFEST))
        .hasSize(2);
  }
}
