package com.craftyverse.recsys.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.ingest.CodedDatasets;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.DatasetIds;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void sets_areDividedByTimeAndKeepTheirOrder() throws IOException {
    IngestResult dataset = ingest(Uploads.ratings(30, 40));
    SplitResult split = new Split(store).run(SplitRequest.of(dataset.manifest()));

    List<Long> train = timestamps(split, "train.arrow");
    List<Long> test = timestamps(split, "test.arrow");
    List<Long> validation = timestamps(split, "validation.arrow");
    assertThat(train).hasSize((int) split.figures().trainRows()).hasSize(900);
    assertThat(test).hasSize((int) split.figures().testRows()).hasSize(180);
    assertThat(validation).hasSize((int) split.figures().validationRows()).hasSize(120);
    assertThat((double) Collections.max(train)).isLessThanOrEqualTo(trainEnd(split));
    assertThat((double) Collections.min(test)).isGreaterThan(trainEnd(split));
    assertThat((double) Collections.max(test)).isLessThanOrEqualTo(testEnd(split));
    assertThat((double) Collections.min(validation)).isGreaterThan(testEnd(split));
    // The file is ordered by user, and so are the sets; within a user, time rises.
    assertThat(train.subList(0, 30)).isSorted().isNotEqualTo(train.subList(30, 60));
  }

  @Test
  void sameParameters_areCached_andOthersMakeAnotherSplit() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    SplitResult first = new Split(store).run(SplitRequest.of(manifest));
    SplitResult spelledOut =
        new Split(store)
            .run(
                SplitRequestBuilder.builder()
                    .manifest(manifest)
                    .trainRatio(0.75)
                    .testRatio(0.15)
                    .build());
    SplitResult other =
        new Split(store)
            .run(
                SplitRequestBuilder.builder()
                    .manifest(manifest)
                    .trainRatio(0.5)
                    .testRatio(0.25)
                    .build());

    assertThat(spelledOut.cached()).isTrue();
    assertThat(spelledOut.manifest()).isEqualTo(first.manifest());
    assertThat(other.cached()).isFalse();
    assertThat(other.figures().trainRows()).isEqualTo(600);
  }

  @Test
  void ratiosOutOfRange_areRefused() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    assertThatThrownBy(
            () ->
                new Split(store)
                    .run(
                        SplitRequestBuilder.builder()
                            .manifest(manifest)
                            .trainRatio(1.5)
                            .testRatio(0.1)
                            .build()))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'trainRatio': expected a number between 0 and 1, found 1.5");
    assertThatThrownBy(
            () ->
                new Split(store)
                    .run(
                        SplitRequestBuilder.builder()
                            .manifest(manifest)
                            .trainRatio(0.9)
                            .testRatio(0.1)
                            .build()))
        .hasMessage(
            "fields 'trainRatio' and 'testRatio': 0.9 and 0.1 leave nothing for validation; their"
                + " sum must be below 1");
  }

  @Test
  void timestampsAllEqual_cannotBeSplit() throws IOException {
    String manifest = ingest(Uploads.HEADER + "1,1,3,5\n1,2,3,5\n2,1,4,5\n2,2,4,5\n").manifest();
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of(manifest)))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the test set would be empty: the thresholds fall at 5.0 and 5.0 and no rating is"
                + " between them; the dataset has too few ratings or too many equal timestamps to"
                + " split by time");
    assertThat(store.list("datasets/")).noneMatch(object -> object.key().contains("/splits/"));
  }

  @Test
  void setTooSmall_cannotBeSplit() throws IOException {
    String one = ingest(Uploads.HEADER + "1,1,3,5\n").manifest();
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of(one)))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the test set would be empty: the thresholds fall at 5.0 and 5.0 and no rating is"
                + " between them; the dataset has too few ratings or too many equal timestamps to"
                + " split by time");
    String two = ingest(Uploads.HEADER + "1,1,3,10\n1,2,3,20\n").manifest();
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of(two)))
        .hasMessage(
            "the test set would be empty: the thresholds fall at 17.5 and 19.0 and no rating is"
                + " between them; the dataset has too few ratings or too many equal timestamps to"
                + " split by time");
    assertThat(store.list("datasets/")).noneMatch(object -> object.key().contains("/splits/"));
  }

  @Test
  void manifestThatIsNoDatasets_isRefused() throws IOException {
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of("datasets/x/manifest.json")))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'manifest': there is no object 'datasets/x/manifest.json' in the store");
    store.put("datasets/x/manifest.json", "no json".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of("datasets/x/manifest.json")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("datasets/x/manifest.json: not valid JSON (line 1, column 1)");
  }

  @Test
  void damagedRatings_areRefused() throws IOException {
    IngestResult dataset = ingest(Uploads.ratings(30, 40));
    store.put(dataset.manifest().replace("manifest.json", "ratings.arrow"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> new Split(store).run(SplitRequest.of(dataset.manifest())))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageEndingWith(
            "ratings.arrow: 3 bytes are too few for an Arrow file; the file is empty or truncated");
  }

  @Test
  void folds_areDisjointAndTogetherTheWhole_withATenthOfTheRestForValidation() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    List<Long> tested = new ArrayList<>();
    for (int fold = 0; fold < 5; fold++) {
      SplitResult split = new Split(store).run(SplitRequest.kfold(manifest, 5, fold, 1));
      assertThat(split.figures().testRows()).isEqualTo(240);
      assertThat(split.figures().validationRows()).isEqualTo(96);
      assertThat(split.figures().trainRows()).isEqualTo(864);
      assertThat(split.figures().trainThreshold()).isNull();
      List<Long> all = new ArrayList<>(timestamps(split, "train.arrow"));
      all.addAll(timestamps(split, "test.arrow"));
      all.addAll(timestamps(split, "validation.arrow"));
      assertThat(all).doesNotHaveDuplicates().hasSize(1_200);
      tested.addAll(timestamps(split, "test.arrow"));
    }
    assertThat(tested).doesNotHaveDuplicates().hasSize(1_200);
    SplitResult again = new Split(store).run(SplitRequest.kfold(manifest, 5, 3, 1));
    SplitResult otherSeed = new Split(store).run(SplitRequest.kfold(manifest, 5, 3, 2));
    assertThat(again.cached()).isTrue();
    assertThat(timestamps(otherSeed, "test.arrow"))
        .isNotEqualTo(timestamps(again, "test.arrow"))
        .hasSize(240);
  }

  @Test
  void randomSplit_hasTheRequestedShare_spreadOverTheFile() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    SplitResult split =
        new Split(store)
            .run(
                SplitRequestBuilder.builder()
                    .manifest(manifest)
                    .kind("random")
                    .testRatio(0.25)
                    .seed(7L)
                    .build());
    assertThat(split.figures().testRows()).isEqualTo(300);
    assertThat(split.figures().validationRows()).isEqualTo(90);
    // A third of the file has about a third of the test set: 100, with a standard deviation of 7.
    List<Long> rows = timestamps(split, "ratings.arrow").subList(0, 400);
    assertThat(timestamps(split, "test.arrow").stream().filter(rows::contains).count())
        .isBetween(65L, 135L);
  }

  @Test
  void splitByUser_takesTheShareOfEachUsersRatings() throws IOException {
    // given: users with 1, 2, 3, 10 and 40 ratings
    StringBuilder ratings = new StringBuilder(Uploads.HEADER);
    int[] counts = {1, 2, 3, 10, 40};
    for (int user = 0; user < counts.length; user++) {
      for (int item = 1; item <= counts[user]; item++) {
        ratings.append(user + 1).append(',').append(item % 4 + 1 + 10 * item).append(",3,");
        ratings.append(100 * (user + 1) + item).append('\n');
      }
    }
    String manifest = ingest(ratings.toString()).manifest();

    SplitResult split = new Split(store).run(SplitRequest.withinUsers(manifest, 0.25, 7));
    SplitResult otherSeed = new Split(store).run(SplitRequest.withinUsers(manifest, 0.25, 8));

    // then: round(0.25 n) are tested, at least 1; a tenth of the rest validates; at least one is
    // left to
    // train on
    assertThat(countsByUser(split, "test.arrow")).containsExactly(0, 1, 1, 3, 10);
    assertThat(countsByUser(split, "validation.arrow")).containsExactly(0, 0, 0, 1, 3);
    assertThat(countsByUser(split, "train.arrow")).containsExactly(1, 1, 2, 6, 27);
    assertThat(timestamps(otherSeed, "test.arrow"))
        .hasSize(15)
        .isNotEqualTo(timestamps(split, "test.arrow"));
  }

  /// Returns ratings of the users 1 to 5, whose timestamps begin with the user's number.
  private List<Integer> countsByUser(SplitResult split, String name) throws IOException {
    List<Integer> counts = new ArrayList<>(Collections.nCopies(5, 0));
    for (long time : timestamps(split, name)) {
      int user = (int) (time / 100) - 1;
      counts.set(user, counts.get(user) + 1);
    }
    return counts;
  }

  @Test
  void lastRatingOfEachUser_isTested_andTheOneBeforeValidates() throws IOException {
    String manifest =
        ingest(
                Uploads.HEADER
                    + "1,1,3,30\n1,2,3,10\n1,3,3,20\n" // the last, the first, the middle one
                    + "2,1,4,5\n2,2,4,5\n" // the same second: the row further down counts as later
                    + "3,1,5,9\n"
                    + "1,4,3,15\n")
            .manifest();
    SplitResult split =
        new Split(store)
            .run(SplitRequestBuilder.builder().manifest(manifest).kind("leaveLastOut").build());
    assertThat(timestamps(split, "test.arrow")).containsExactly(30L, 5L);
    assertThat(timestamps(split, "validation.arrow")).containsExactly(20L);
    assertThat(timestamps(split, "train.arrow")).containsExactly(10L, 5L, 9L, 15L);
  }

  @Test
  void givenSets_areUsedAsTheyAre_withATenthOfTrainingForValidation() throws IOException {
    StringBuilder base = new StringBuilder();
    for (int row = 0; row < 100; row++) {
      base.append(row / 10 + 1).append('\t').append(row % 10 + 1).append("\t4\t").append(row);
      base.append('\n');
    }
    String train =
        Uploads.ingest(store, "raw/u1/u1.base", base.toString().getBytes(StandardCharsets.UTF_8))
            .manifest();
    String test =
        Uploads.ingest(
                store,
                "raw/u1/u1.test",
                "1\t1\t3\t7\n2\t1\t4\t8\n".getBytes(StandardCharsets.UTF_8))
            .manifest();
    SplitResult split =
        new Split(store)
            .run(SplitRequestBuilder.builder().manifest(train).kind("given").test(test).build());
    assertThat(timestamps(split, "test.arrow")).containsExactly(7L, 8L);
    assertThat(split.figures().validationRows()).isEqualTo(10);
    assertThat(split.figures().trainRows()).isEqualTo(90);
    assertThat(split.figures().ratings()).isEqualTo(102);
    assertThatThrownBy(
            () ->
                new Split(store)
                    .run(SplitRequestBuilder.builder().manifest(train).kind("given").build()))
        .hasMessage("field 'test' is missing");
  }

  /// The test set brings a new user and a new item, so the codes of the training set change, too.
  @ParameterizedTest
  @CsvSource({"UTF8, UTF8", "INT64, INT64", "INT32, INT64", "INT64, INT32"})
  void givenSets_withDictionaries_getCommonCodes(IdType trainingType, IdType testType)
      throws IOException {
    StringBuilder base = new StringBuilder();
    for (int row = 0; row < 20; row++) {
      base.append(2 * (row / 5) + 1).append('\t').append(row % 5 + 10).append("\t4\t").append(row);
      base.append('\n');
    }
    String train = twin("base", base.toString(), trainingType);
    String test = twin("test", "1\t10\t3\t100\n4\t7\t4\t101\n5\t99\t5\t102\n", testType);
    SplitResult split =
        new Split(store)
            .run(SplitRequestBuilder.builder().manifest(train).kind("given").test(test).build());
    IntFunction<Id> id =
        number ->
            trainingType == IdType.UTF8 ? CodedDatasets.id(IdType.UTF8, number) : Id.of(number);
    List<List<Object>> rows = new ArrayList<>();
    for (String set : List.of("train.arrow", "validation.arrow", "test.arrow")) {
      rows.addAll(rows(split, set));
    }
    List<List<Object>> expected = new ArrayList<>();
    for (int row = 0; row < 20; row++) {
      expected.add(List.of(id.apply(2 * (row / 5) + 1), id.apply(row % 5 + 10), (long) row));
    }
    expected.add(List.of(id.apply(1), id.apply(10), 100L));
    expected.add(List.of(id.apply(4), id.apply(7), 101L));
    expected.add(List.of(id.apply(5), id.apply(99), 102L));
    assertThat(rows).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void givenSets_ofNumbersAndTexts_areRefused() throws IOException {
    String train = twin("base", "1\t1\t4\t1\n2\t1\t4\t2\n", IdType.INT32);
    String test = twin("test", "1\t1\t4\t1\n", IdType.UTF8);
    assertThatThrownBy(
            () ->
                new Split(store)
                    .run(
                        SplitRequestBuilder.builder()
                            .manifest(train)
                            .kind("given")
                            .test(test)
                            .build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the userIds of the training upload are int32 and those of the test upload are utf8; both"
                + " must be numbers, or both texts");
  }

  /// Ingests ratings, or a twin of them whose ids are of another type. Numbers stay the same.
  private String twin(String name, String ratings, IdType type) throws IOException {
    String manifest =
        Uploads.ingest(store, "raw/" + name + "/u.data", ratings.getBytes(StandardCharsets.UTF_8))
            .manifest();
    return switch (type) {
      case INT32 -> manifest;
      case INT64 -> CodedDatasets.write(store, manifest, name, type, Id::of);
      case UTF8 -> CodedDatasets.write(store, manifest, name, type);
    };
  }

  /// Returns user, item and time of each row, by the split's dictionaries.
  private List<List<Object>> rows(SplitResult split, String set) throws IOException {
    DatasetIds ids =
        DatasetIds.ofSplit(
            store, split.manifest(), Manifest.read(store, split.manifest(), StepName.SPLIT));
    List<List<Object>> rows = new ArrayList<>();
    try (ArrowFile file =
        ArrowObjects.open(store, split.manifest().replace("manifest.json", set), Schemas.RATINGS)) {
      for (RecordBatch batch : file.batches()) {
        for (int i = 0; i < batch.rows(); i++) {
          rows.add(
              List.of(
                  ids.user(batch.ints("userId").get(i)),
                  ids.item(batch.ints("itemId").get(i)),
                  batch.longs("timestamp").get(i)));
        }
      }
    }
    return rows;
  }

  @Test
  void fieldsOfOtherKinds_andValuesOutOfRange_areRefused() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    assertRefused(
        SplitRequestBuilder.builder().manifest(manifest).kind("hash").build(),
        "field 'kind': expected one of temporal, random, kfold, given, leaveLastOut, found 'hash'");
    assertRefused(
        SplitRequestBuilder.builder().manifest(manifest).kind("random").trainRatio(0.8).build(),
        "field 'trainRatio' does not apply to a random split, whose fields are: testRatio, seed,"
            + " by");
    assertRefused(
        SplitRequestBuilder.builder().manifest(manifest).kind("random").by("item").build(),
        "field 'by': expected row or user, found 'item'");
    assertRefused(
        SplitRequestBuilder.builder().manifest(manifest).seed(1L).build(),
        "field 'seed' does not apply to a temporal split, whose fields are: trainRatio, testRatio");
    assertRefused(
        SplitRequest.kfold(manifest, 1, 0, 1), "field 'folds': expected 2 to 1000, found 1");
    assertRefused(SplitRequest.kfold(manifest, 5, 5, 1), "field 'fold': expected 0 to 4, found 5");
    assertRefused(
        SplitRequest.kfold(ingest(Uploads.HEADER + "1,1,3,5\n1,2,3,5\n").manifest(), 5, 0, 1),
        "the test set would be empty: 2 ratings are too few for a kfold split");
    assertThat(store.list("datasets/")).noneMatch(object -> object.key().contains("/splits/"));
  }

  private void assertRefused(SplitRequest request, String message) {
    assertThatThrownBy(() -> new Split(store).run(request))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  private static double trainEnd(SplitResult split) {
    return Objects.requireNonNull(split.figures().trainThreshold());
  }

  private static double testEnd(SplitResult split) {
    return Objects.requireNonNull(split.figures().testThreshold());
  }

  private IngestResult ingest(String ratings) throws IOException {
    return Uploads.ingest(store, "raw/set.zip", Uploads.zip(ratings, Uploads.MOVIES));
  }

  private List<Long> timestamps(SplitResult split, String name) throws IOException {
    String key =
        name.equals("ratings.arrow")
            ? split.manifest().replaceAll("splits/.*", name)
            : split.manifest().replace("manifest.json", name);
    List<Long> times = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (RecordBatch batch : file.batches()) {
        for (long time : batch.longs("timestamp").toArray()) {
          times.add(time);
        }
      }
    }
    return times;
  }
}
