package com.craftyverse.recsys.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RecommendRequestBuilder;
import com.craftyverse.recsys.serve.RecommendResult;
import com.craftyverse.recsys.serve.Recommendation;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecommendAllTest {
  private static final BatchRun.Sizes SMALL = new BatchRun.Sizes(1, 1, 1, 1);

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  /// A row of a batch.
  private record Row(Id user, int rank, Id item, float score) {}

  private RecommendAll recommendAll() {
    return new RecommendAll(store, Optional.empty());
  }

  private GeneratedModel published(IdType type, boolean hasRanking) throws IOException {
    GeneratedModel model = new GeneratedModel("set", type, hasRanking);
    model.publish(store);
    return model;
  }

  private static RecommendAllRequestBuilder request() {
    return RecommendAllRequestBuilder.builder();
  }

  private List<Row> rows(RecommendAllResult result) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int part = 0; part < result.figures().parts(); part++) {
      String key =
          ObjectKeys.directoryOf(manifest(result)) + String.format("part-%05d.arrow", part);
      try (ArrowFile file = ArrowObjects.open(store, key)) {
        IdType users = IdType.of(file, "userId");
        file.require(Schemas.recommendations(users, IdType.of(file, "itemId")));
        assertThat(file.metadata()).containsEntry("dataset", "set");
        IdTable userIds = IdTable.readUnordered(file, "userId");
        IdTable itemIds = IdTable.readUnordered(file, "itemId");
        int row = 0;
        for (RecordBatch batch : file.batches()) {
          for (int i = 0; i < batch.rows(); i++, row++) {
            rows.add(
                new Row(
                    userIds.id(row),
                    batch.ints("rank").get(i),
                    itemIds.id(row),
                    batch.floats("score").get(i)));
          }
        }
      }
    }
    return rows;
  }

  private static String manifest(RecommendAllResult result) {
    return Objects.requireNonNull(result.manifest());
  }

  /// Returns what `recommend` answers.
  private List<Row> recommended(List<Id> users, Consumer<RecommendRequestBuilder> request) {
    RecommendationService service =
        new RecommendationService(
            store, new ModelCache(store, Optional.of("set"), Duration.ofHours(1)));
    List<Row> rows = new ArrayList<>();
    for (Id user : users) {
      RecommendRequestBuilder builder = RecommendRequestBuilder.builder().userId(user);
      request.accept(builder);
      RecommendResult answer = service.recommend(builder.build());
      int rank = 0;
      for (Recommendation each : answer.recommendations()) {
        rows.add(new Row(user, ++rank, each.itemId(), each.score()));
      }
    }
    return rows;
  }

  private static List<Id> allUsers(GeneratedModel model) {
    return IntStream.range(0, GeneratedModel.USERS).mapToObj(model::userId).toList();
  }

  /// Many scores are equal or differ in the last bits, and some users have only a few items left.
  @ParameterizedTest
  @EnumSource(IdType.class)
  void lists_areThoseOfRecommend(IdType type) throws IOException {
    GeneratedModel model = published(type, true);
    for (int n : new int[] {1, 10, 100, 1000}) {
      List<Row> expected = recommended(allUsers(model), request -> request.n(n));

      RecommendAllResult result = recommendAll().run(request().n(n).build());

      assertThat(rows(result)).isEqualTo(expected);
      assertThat(result.figures())
          .isEqualTo(
              new RecommendAllFigures(
                  "generated", RankBy.preference, 333, 300, 300, 0, expected.size(), 1, 1));
      assertThat(result.manifest()).matches("batches/set/generated/[0-9a-f]{20}/manifest\\.json");
    }
  }

  @Test
  void lists_areThoseOfRecommend_byRating_withFilters_andWithSeenItems() throws IOException {
    GeneratedModel model = published(IdType.INT32, true);
    List<Id> listed = IntStream.range(0, 90).mapToObj(model::itemId).toList();
    assertSameLists(
        model,
        request().rankBy(RankBy.rating).n(50).build(),
        request -> request.rankBy(RankBy.rating).n(50));
    assertSameLists(
        model,
        request().genres(List.of("Drama")).yearFrom(1990).minRatings(20).build(),
        request -> request.genres(List.of("Drama")).yearFrom(1990).minRatings(20));
    assertSameLists(
        model,
        request().allow(listed).deny(listed.subList(3, 9)).excludeSeen(false).n(300).build(),
        request -> request.allow(listed).deny(listed.subList(3, 9)).excludeSeen(false).n(300));
    assertSameLists(
        model,
        request().rankBy(RankBy.rating).yearTo(1980).excludeSeen(false).build(),
        request -> request.rankBy(RankBy.rating).yearTo(1980).excludeSeen(false));
  }

  private void assertSameLists(
      GeneratedModel model, RecommendAllRequest batch, Consumer<RecommendRequestBuilder> request)
      throws IOException {
    assertThat(rows(recommendAll().run(batch)))
        .isEqualTo(recommended(allUsers(model), request))
        .isNotEmpty();
  }

  @Test
  void modelWithoutRanking_ranksByRating() throws IOException {
    GeneratedModel model = published(IdType.INT32, false);
    RecommendAllResult result = recommendAll().run(request().build());
    assertThat(result.figures().rankedBy()).isEqualTo(RankBy.rating);
    assertThat(rows(result)).isEqualTo(recommended(allUsers(model), _ -> {}));
    assertThatThrownBy(() -> recommendAll().run(request().rankBy(RankBy.preference).build()))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("field 'rankBy': the model has no ranking vectors");
  }

  @Test
  void modelOfChoices_ranksByPreferenceOnly() throws IOException {
    GeneratedModel model = new GeneratedModel("set", IdType.INT32, true).ofChoices();
    model.publish(store);
    RecommendAllResult result = recommendAll().run(request().build());
    assertThat(result.figures().rankedBy()).isEqualTo(RankBy.preference);
    assertThat(rows(result)).isEqualTo(recommended(allUsers(model), _ -> {})).isNotEmpty();
    assertThatThrownBy(() -> recommendAll().run(request().rankBy(RankBy.rating).build()))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("field 'rankBy': this dataset has choices without ratings");
  }

  @Test
  void filterThatNothingPasses_givesAnEmptyFile() throws IOException {
    published(IdType.UTF8, true);
    RecommendAllResult result = recommendAll().run(request().yearTo(1900).build());
    assertThat(rows(result)).isEmpty();
    assertThat(result.figures().rows()).isZero();
    assertThat(result.figures().candidates()).isZero();
  }

  @Test
  void sameRequest_isCached_whateverTheThreads() throws IOException {
    published(IdType.INT32, true);
    RecommendAllResult first = recommendAll().run(request().threads(1).build());
    RecommendAllResult again =
        recommendAll().run(request().dataset("set").threads(3).maxSeconds(1.0).build());
    assertThat(first.cached()).isFalse();
    assertThat(again.cached()).isTrue();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(again.figures()).isEqualTo(first.figures());
    assertThat(recommendAll().run(request().n(11).build()).manifest())
        .isNotEqualTo(first.manifest());
  }

  @Test
  void model_needNotBePublished() throws IOException {
    GeneratedModel model = published(IdType.INT32, true);
    RecommendAllResult expected = recommendAll().run(request().build());
    store.delete("models/set/current.json");
    store.delete(model.directory() + "lookup.arrow");
    RecommendAllResult found =
        recommendAll().run(request().manifest(model.directory() + "manifest.json").build());
    assertThat(found.manifest()).isEqualTo(expected.manifest());
    assertThat(found.cached()).isTrue();
  }

  @Test
  void batchThatNeedsFiveCalls_isTheSame() throws IOException {
    published(IdType.INT64, true);
    RecommendAll small = new RecommendAll(store, Optional.empty(), SMALL);
    RecommendAllResult whole = small.run(request().build());
    List<byte[]> expected = parts(whole);
    assertThat(expected).hasSize(5);
    store.list("batches/").forEach(object -> delete(object.key()));

    RecommendAllRequest limited = request().maxSeconds(1e-9).build();
    for (int call = 1; call <= 4; call++) {
      RecommendAllResult result = small.run(limited);
      assertThat(result.manifest()).isNull();
      assertThat(result.resumable()).isTrue();
      assertThat(result.figures().parts()).isEqualTo(call);
      assertThat(result.figures().users()).isEqualTo(64 * call);
      assertThat(result.figures().ofParts()).isEqualTo(5);
      assertThat(result.figures().ofUsers()).isEqualTo(300);
      assertThat(names()).contains("checkpoint").doesNotContain("manifest.json");
    }
    RecommendAllResult last = small.run(limited);

    assertThat(last.manifest()).isEqualTo(whole.manifest());
    assertThat(last.resumable()).isFalse();
    assertThat(last.figures()).isEqualTo(whole.figures());
    assertThat(parts(last)).usingRecursiveComparison().isEqualTo(expected);
    assertThat(names())
        .containsExactly(
            "manifest.json",
            "part-00000.arrow",
            "part-00001.arrow",
            "part-00002.arrow",
            "part-00003.arrow",
            "part-00004.arrow");
  }

  @Test
  void partsThatAreLost_areWrittenAgain() throws IOException {
    published(IdType.INT32, true);
    RecommendAll small = new RecommendAll(store, Optional.empty(), SMALL);
    RecommendAllRequest limited = request().maxSeconds(1e-9).build();
    for (int call = 0; call < 3; call++) {
      assertThat(small.run(limited).resumable()).isTrue();
    }
    String second =
        store.list("batches/").stream()
            .map(ObjectInfo::key)
            .filter(key -> key.endsWith("part-00001.arrow"))
            .findFirst()
            .orElseThrow();
    store.put(second, new byte[] {1});
    assertThat(small.run(limited).figures().parts()).isEqualTo(2);

    String checkpoint = ObjectKeys.directoryOf(second) + "checkpoint";
    store.put(checkpoint, "{".getBytes(StandardCharsets.UTF_8));
    assertThat(small.run(limited).figures().parts()).isEqualTo(1);

    RecommendAllResult result = small.run(request().build());
    assertThat(result.figures().rows()).isEqualTo(rows(result).size());
    assertThat(rows(result)).isEqualTo(recommended(allUsers(model()), _ -> {}));
  }

  private static GeneratedModel model() {
    return new GeneratedModel("set", IdType.INT32, true);
  }

  private List<byte[]> parts(RecommendAllResult result) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    for (int part = 0; part < result.figures().parts(); part++) {
      parts.add(
          store
              .read(ObjectKeys.directoryOf(manifest(result)) + "part-0000" + part + ".arrow")
              .content());
    }
    return parts;
  }

  private List<String> names() throws IOException {
    return store.list("batches/").stream()
        .map(object -> object.key().substring(object.key().lastIndexOf('/') + 1))
        .toList();
  }

  private void delete(String key) {
    try {
      store.delete(key);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void listedUsers_comeInTheOrderOfTheirIds_onceEach() throws IOException {
    GeneratedModel model = published(IdType.UTF8, true);
    List<Id> users =
        List.of(
            model.userId(299), Id.of("nobody"), model.userId(4), model.userId(4), Id.of("none"));
    RecommendAllResult result = recommendAll().run(request().users(users).n(3).build());
    assertThat(rows(result))
        .isEqualTo(recommended(List.of(model.userId(4), model.userId(299)), r -> r.n(3)));
    assertThat(result.figures().users()).isEqualTo(2);
    assertThat(result.figures().unknownUsers()).isEqualTo(2);

    String file = "\uFEFF" + model.userId(299) + "\r\n\n  " + model.userId(4) + "\nnobody\nnone";
    store.put("batches/set/users.txt", file.getBytes(StandardCharsets.UTF_8));
    RecommendAllResult same =
        recommendAll().run(request().usersFile("batches/set/users.txt").n(3).build());
    assertThat(same.manifest()).isEqualTo(result.manifest());
    assertThat(same.cached()).isTrue();
    assertThat(recommendAll().run(request().n(3).build()).manifest())
        .isNotEqualTo(result.manifest());
  }

  @Test
  void filesOfUsers_thatCannotBeRead_areRefusedInASentence() throws IOException {
    published(IdType.INT32, true);
    store.put("batches/set/words.txt", "10\n13\nanna\n".getBytes(StandardCharsets.UTF_8));
    assertRefused(
        request().usersFile("batches/set/words.txt"),
        "batches/set/words.txt, line 3: the user ids of this dataset are whole numbers, found a"
            + " string");
    store.put("batches/set/long.txt", "1".repeat(257).getBytes(StandardCharsets.UTF_8));
    assertRefused(
        request().usersFile("batches/set/long.txt"),
        "batches/set/long.txt, line 1: expected a user id of 1 to 256 bytes");
    store.put("batches/set/latin.txt", "10\nM\u00fcller".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(
        request().usersFile("batches/set/latin.txt"),
        "batches/set/latin.txt: the file is not in UTF-8");
    assertRefused(
        request().usersFile("batches/none.txt"),
        "field 'usersFile': there is no object 'batches/none.txt' in the store");
    assertRefused(
        request().usersFile("raw/users.txt"),
        "field 'usersFile': 'raw/users.txt' is not below batches/, where lists of users belong");
  }

  @Test
  void requests_thatMakeNoSense_areRefusedInASentence() throws IOException {
    assertRefused(request(), "no model has been published yet; upload a ratings file first");
    published(IdType.INT32, true);
    assertRefused(request().dataset("other"), "the dataset 'other' has no published model");
    assertRefused(
        request().dataset("set").manifest("models/set/generated/manifest.json"),
        "field 'manifest' takes the place of 'dataset'; send one or the other");
    assertRefused(
        request().manifest("models/set/none/manifest.json"),
        "field 'manifest': there is no object 'models/set/none/manifest.json' in the store");
    assertRefused(
        request().users(List.of(Id.of(1))).usersFile("batches/users.txt"),
        "field 'usersFile' takes the place of 'users'; send one or the other");
    assertRefused(
        request().users(List.of(Id.of(1), Id.of("one"))),
        "field 'users[1]': the user ids of this dataset are whole numbers, found a string");
    assertRefused(
        request().rankBy(RankBy.popularity),
        "field 'rankBy': expected preference or rating, found popularity, which orders items alike for"
            + " all users; the function popular has that list");
    assertRefused(
        request().n(1001), "field 'n': expected a whole number from 1 to 1000, found 1001");
    assertRefused(
        request().genres(List.of("Noir")),
        "field 'genres': 'Noir' is not a genre of this dataset; its genres are Action, Drama");
    assertRefused(
        request().maxSeconds(0.0),
        "field 'maxSeconds': expected a number above 0, at most 1000000, found 0.0");
    assertRefused(
        request().threads(65), "field 'threads': expected a whole number from 1 to 64, found 65");
  }

  private void assertRefused(RecommendAllRequestBuilder request, String message) {
    assertThatThrownBy(() -> recommendAll().run(request.build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  @Test
  void damagedVector_isNamed() throws IOException {
    published(IdType.INT32, true);
    byte[] users = store.read("models/set/generated/users.arrow").content();
    // A whole vector of the last users, in both models.
    java.util.Arrays.fill(users, users.length - 20_000, users.length - 10_000, (byte) 0xFF);
    store.put("models/set/generated/users.arrow", users);
    assertThatThrownBy(() -> recommendAll().run(request().build()))
        .hasMessageMatching(
            "models/set/generated/users.arrow: row \\d+: a factor is NaN, infinite or too large");
    assertThat(names()).isEmpty();
  }
}
