package com.craftyverse.recsys.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  private record Rating(int user, int item, float value, long time) {}

  /// An entry of `seen.arrow`.
  private record Seen(float rating, long time) {}

  /// A split that is not by time has no time bounds to check; everything else is the same.
  @Test
  void foldOfACrossValidation_isIndexedLikeAnyOtherSplit() throws IOException {
    String manifest = split(randomRatings(4_000, 400, 400, 1)).manifest();
    String dataset = manifest.replaceAll("splits/.*", "manifest.json");
    SplitResult fold = new Split(store).run(SplitRequest.kfold(dataset, 5, 0, 1));
    IndexResult index = new Index(store).run(IndexRequest.of(fold.manifest()));
    assertThat(index.figures().trainRows()).isEqualTo(fold.figures().trainRows());
    assertThat(rows(index, "train.arrow")).hasSize((int) fold.figures().trainRows());
    assertThat(new String(store.read(index.quality()).content(), StandardCharsets.UTF_8))
        .doesNotContain("trainThreshold", "noLeakageInTime");
  }

  @Test
  void coldStartKept_leavesUnknownUsersAndItemsInTheTestSetAlone() throws IOException {
    SplitResult split = split(randomRatings(4_000, 400, 400, 1));
    IndexResult dropped = new Index(store).run(IndexRequest.of(split.manifest()));
    IndexResult kept =
        new Index(store)
            .run(
                IndexRequestBuilder.builder().manifest(split.manifest()).coldStart("keep").build());
    assertThat(kept.figures().testRows()).isEqualTo(split.figures().testRows());
    List<List<Number>> rows = rows(kept, "test.arrow");
    assertThat(rows).hasSize((int) split.figures().testRows());
    assertThat(rows.stream().filter(row -> !row.subList(0, 2).contains(-1)).toList())
        .isEqualTo(rows(dropped, "test.arrow"))
        .hasSizeLessThan(rows.size());
    assertThat(rows(kept, "validation.arrow")).isEqualTo(rows(dropped, "validation.arrow"));
    assertThat(rows(kept, "train.arrow")).isEqualTo(rows(dropped, "train.arrow"));
    assertThatThrownBy(
            () ->
                new Index(store)
                    .run(
                        IndexRequestBuilder.builder()
                            .manifest(split.manifest())
                            .coldStart("maybe")
                            .build()))
        .hasMessage("field 'coldStart': expected drop or keep, found 'maybe'");
  }

  /// Checks everything that the step writes against the simplest computation of the same on the heap.
  @Test
  void index_matchesAComputationWithMapsAndSets() throws IOException {
    List<Rating> ratings = randomRatings(4_000, 400, 400, 1);
    SplitResult split = split(ratings);
    IndexResult index = new Index(store).run(IndexRequest.of(split.manifest()));

    double trainEnd = Objects.requireNonNull(split.figures().trainThreshold());
    double testEnd = Objects.requireNonNull(split.figures().testThreshold());
    List<Rating> train = ratings.stream().filter(r -> r.time <= trainEnd).toList();
    List<Integer> users = new ArrayList<>(new TreeSet<>(train.stream().map(Rating::user).toList()));
    List<Integer> items = new ArrayList<>(new TreeSet<>(train.stream().map(Rating::item).toList()));
    assertThat(column(index, "users.arrow", "userId")).isEqualTo(users);
    assertThat(column(index, "items.arrow", "itemId")).isEqualTo(items);

    Set<List<Number>> expected = new HashSet<>();
    train.forEach(
        r -> expected.add(List.of(users.indexOf(r.user), items.indexOf(r.item), r.value)));
    assertThat(new HashSet<>(rows(index, "train.arrow"))).isEqualTo(expected);
    assertThat(rows(index, "train.arrow")).hasSize(train.size());

    List<List<Number>> test = new ArrayList<>();
    long unknownUsers = 0;
    long unknownItems = 0;
    for (Rating r : ratings) {
      if (r.time > trainEnd && r.time <= testEnd) {
        if (!users.contains(r.user)) {
          unknownUsers++;
        } else if (!items.contains(r.item)) {
          unknownItems++;
        } else {
          test.add(List.of(users.indexOf(r.user), items.indexOf(r.item), r.value));
        }
      }
    }
    assertThat(rows(index, "test.arrow")).isEqualTo(test);
    QualityReport quality = quality(index);
    assertThat(quality.test().unknownUserRows()).isEqualTo(unknownUsers).isPositive();
    assertThat(quality.test().unknownItemRows()).isEqualTo(unknownItems).isPositive();
    assertThat(quality.test().afterUnknownItemsRemoved()).isEqualTo(test.size());
    assertThat(quality.density()).isEqualTo((double) train.size() / (users.size() * items.size()));

    Map<Integer, Map<Integer, Seen>> seen = new TreeMap<>();
    train.forEach(
        r ->
            seen.computeIfAbsent(users.indexOf(r.user), u -> new TreeMap<>())
                .put(items.indexOf(r.item), new Seen(r.value, r.time)));
    assertThat(seen(index)).isEqualTo(new ArrayList<>(seen.values()));
  }

  /// An index of all rows knows every user and item of the upload, and has no set left for evaluation.
  @Test
  void allRows_areTheUpload() throws IOException {
    List<Rating> ratings = randomRatings(4_000, 400, 400, 1);
    SplitResult split = split(ratings);
    IndexResult scored = new Index(store).run(IndexRequest.of(split.manifest()));
    IndexResult index = new Index(store).run(IndexRequest.of(split.manifest(), Rows.ALL));
    assertThat(index.manifest()).isNotEqualTo(scored.manifest());
    requireLearned(index, ratings);
    assertThat(index.figures().users()).isGreaterThan(scored.figures().users());
    assertThat(rows(index, "test.arrow")).isEmpty();
    assertThat(rows(index, "validation.arrow")).isEmpty();
    QualityReport quality = quality(index);
    assertThat(quality.rows()).isEqualTo(Rows.ALL);
    assertThat(quality.sets())
        .isEqualTo(
            Map.of(
                "train", new QualityReport.Share(ratings.size(), 100),
                "test", new QualityReport.Share(0, 0),
                "validation", new QualityReport.Share(0, 0)));
    assertThat(quality.checks()).doesNotContainKey("noLeakageInTime");
    assertThat(quality(scored).checks()).containsKey("noLeakageInTime");
  }

  @Test
  void trainingAndValidationRows_leaveTheTestSet() throws IOException {
    List<Rating> ratings = randomRatings(4_000, 400, 400, 1);
    String dataset = split(ratings).manifest().replaceAll("splits/.*", "manifest.json");
    SplitResult split = new Split(store).run(SplitRequest.kfold(dataset, 5, 0, 1));
    IndexResult index =
        new Index(store).run(IndexRequest.of(split.manifest(), Rows.TRAIN_AND_VALIDATION));
    String directory = split.manifest().replace("manifest.json", "");
    List<Rating> learned = new ArrayList<>(ratingsOf(directory + "train.arrow"));
    learned.addAll(ratingsOf(directory + "validation.arrow"));
    requireLearned(index, learned);
    assertThat(rows(index, "validation.arrow")).isEmpty();

    List<Integer> users = column(index, "users.arrow", "userId");
    List<Integer> items = column(index, "items.arrow", "itemId");
    List<List<Number>> test = new ArrayList<>();
    for (Rating r : ratingsOf(directory + "test.arrow")) {
      if (users.contains(r.user) && items.contains(r.item)) {
        test.add(List.of(users.indexOf(r.user), items.indexOf(r.item), r.value));
      }
    }
    assertThat(rows(index, "test.arrow")).isEqualTo(test).isNotEmpty();
  }

  @Test
  void rowsLaterThanTheTestSet_orUnknownOnes_areRefused() throws IOException {
    String split = split(randomRatings(3_000, 60, 50, 6)).manifest();
    assertThatThrownBy(
            () -> new Index(store).run(IndexRequest.of(split, Rows.TRAIN_AND_VALIDATION)))
        .hasMessage(
            "field 'rows': the split is by time, and its validation set is later than its test"
                + " set; trainAndValidation would train the model on ratings later than the test"
                + " set");
    assertThatThrownBy(
            () ->
                new Index(store)
                    .run(IndexRequestBuilder.builder().manifest(split).rows("test").build()))
        .hasMessage("field 'rows': expected train, trainAndValidation or all, found 'test'");
  }

  /// Checks that users, items, training rows and histories are those of `learned`.
  private void requireLearned(IndexResult index, List<Rating> learned) throws IOException {
    List<Integer> users =
        new ArrayList<>(new TreeSet<>(learned.stream().map(Rating::user).toList()));
    List<Integer> items =
        new ArrayList<>(new TreeSet<>(learned.stream().map(Rating::item).toList()));
    assertThat(column(index, "users.arrow", "userId")).isEqualTo(users);
    assertThat(column(index, "items.arrow", "itemId")).isEqualTo(items);
    assertThat(index.figures().trainRows()).isEqualTo(learned.size());
    Map<Integer, Map<Integer, Seen>> seen = new TreeMap<>();
    List<List<Number>> rows = new ArrayList<>();
    for (Rating r : learned) {
      int user = users.indexOf(r.user);
      int item = items.indexOf(r.item);
      seen.computeIfAbsent(user, _ -> new TreeMap<>()).put(item, new Seen(r.value, r.time));
      rows.add(List.of(user, item, r.value));
    }
    assertThat(seen(index)).isEqualTo(new ArrayList<>(seen.values()));
    assertThat(rows(index, "train.arrow")).containsExactlyInAnyOrderElementsOf(rows);
  }

  /// Returns the rows of a set of a split.
  private List<Rating> ratingsOf(String key) throws IOException {
    List<Rating> ratings = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (RecordBatch batch : file.batches()) {
        int[] users = batch.ints("userId").toArray();
        int[] items = batch.ints("itemId").toArray();
        float[] values = batch.floats("rating").toArray();
        long[] times = batch.longs("timestamp").toArray();
        for (int i = 0; i < batch.rows(); i++) {
          ratings.add(new Rating(users[i], items[i], values[i], times[i]));
        }
      }
    }
    return ratings;
  }

  @Test
  void recentRatings_areTheLastFifthOfTheTrainingTime() throws IOException {
    List<Rating> ratings = randomRatings(4_000, 400, 400, 1);
    SplitResult split = split(ratings);
    IndexResult index = new Index(store).run(IndexRequest.of(split.manifest()));
    double trainEnd = Objects.requireNonNull(split.figures().trainThreshold());
    List<Rating> train = ratings.stream().filter(r -> r.time <= trainEnd).toList();
    // The ratings are in the order of time, and all times differ.
    List<Rating> recent = train.subList((int) ((train.size() - 1) * 0.8) + 1, train.size());
    List<Integer> expected =
        column(index, "items.arrow", "itemId").stream()
            .map(item -> (int) recent.stream().filter(r -> r.item == item).count())
            .toList();
    assertThat(column(index, "items.arrow", "recentRatings"))
        .isEqualTo(expected)
        .contains(0)
        .anyMatch(count -> count > 1);
  }

  @Test
  void trainingSet_liesInBlocksOfTheGridGroupedByUser() throws IOException {
    IndexResult index =
        new Index(store).run(IndexRequest.of(split(randomRatings(6_000, 150, 120, 2)).manifest()));
    String key = index.manifest().replace("manifest.json", "train.arrow");
    try (ArrowFile train = ArrowFile.open(store.fetch(key).path(), key)) {
      int side = Integer.parseInt(train.requireMetadata("blocks"));
      int[] userBounds = bounds(train.requireMetadata("userBounds"));
      int[] itemBounds = bounds(train.requireMetadata("itemBounds"));
      assertThat(train.batches()).hasSize(side * side);
      assertThat(userBounds).hasSize(side + 1).startsWith(0).endsWith(index.figures().users());
      assertThat(itemBounds).hasSize(side + 1).startsWith(0).endsWith(index.figures().items());
      boolean shuffled = false;
      for (RecordBatch block : train.batches()) {
        int[] users = block.ints("user").toArray();
        int[] items = block.ints("item").toArray();
        assertThat(users).isSorted();
        for (int i = 0; i < users.length; i++) {
          assertThat(users[i])
              .isBetween(
                  userBounds[block.index() / side], userBounds[block.index() / side + 1] - 1);
          assertThat(items[i])
              .isBetween(
                  itemBounds[block.index() % side], itemBounds[block.index() % side + 1] - 1);
          shuffled |= i > 0 && users[i] == users[i - 1] && items[i] < items[i - 1];
        }
        // Balanced: no block row has more than twice its share.
      }
      assertThat(shuffled).as("a user's items are not left in order").isTrue();
      int[] ofRow = new int[side];
      train.batches().forEach(block -> ofRow[block.index() / side] += block.rows());
      assertThat(Arrays.stream(ofRow).max().orElseThrow())
          .isLessThan(2 * (int) train.rows() / side);
    }
  }

  @Test
  void seed_changesTheOrderAndTheIdOnly() throws IOException {
    String split = split(randomRatings(3_000, 60, 50, 3)).manifest();
    IndexResult first = new Index(store).run(IndexRequest.of(split));
    IndexResult same =
        new Index(store).run(IndexRequestBuilder.builder().manifest(split).seed(42L).build());
    IndexResult other =
        new Index(store).run(IndexRequestBuilder.builder().manifest(split).seed(43L).build());
    assertThat(same.cached()).isTrue();
    assertThat(other.manifest()).isNotEqualTo(first.manifest());
    assertThat(rows(other, "train.arrow"))
        .isNotEqualTo(rows(first, "train.arrow"))
        .containsExactlyInAnyOrderElementsOf(rows(first, "train.arrow"));
  }

  @Test
  void titlesGenresAndYears_followTheItems() throws IOException {
    IndexResult index =
        new Index(store).run(IndexRequest.of(split(randomRatings(3_000, 60, 50, 4)).manifest()));
    String key = index.manifest().replace("manifest.json", "items.arrow");
    try (ArrowFile items = ArrowFile.open(store.fetch(key).path(), key)) {
      items.require(Schemas.indexItems(IdType.INT32));
      RecordBatch batch = items.batches().getFirst();
      assertThat(batch.ints("itemId").toArray()).startsWith(0, 1, 2, 3);
      assertThat(batch.texts("title"))
          .startsWith("", "Long Road (1995)", "Harbour, The (1994)", "");
      assertThat(batch.offsets("genres").toArray()).startsWith(0, 0, 1, 3, 3);
      assertThat(batch.ints("year").toArray()).startsWith(0, 1995, 1994, 0);
    }
  }

  @Test
  void idsTooLargeForATable_areIndexed() throws IOException {
    List<Rating> ratings =
        randomRatings(2_000, 40, 30, 5).stream()
            .map(r -> new Rating(Integer.MAX_VALUE - 40 + r.user, r.item, r.value, r.time))
            .toList();
    requireLearned(
        new Index(store).run(IndexRequest.of(split(ratings).manifest(), Rows.ALL)), ratings);
    IndexResult index = new Index(store).run(IndexRequest.of(split(ratings).manifest()));
    List<Integer> users = column(index, "users.arrow", "userId");
    assertThat(users).isSorted().allMatch(user -> user >= Integer.MAX_VALUE - 40);
    assertThat(index.figures().users()).isEqualTo(users.size());
    assertThat(quality(index).originalElements())
        .isEqualTo(
            (users.getLast() + 1L) * (Long.parseLong(quality(index).maxItemId().toString()) + 1));
  }

  @Test
  void setThatLeaksIntoAnother_isRefused() throws IOException {
    SplitResult split = split(randomRatings(3_000, 60, 50, 6));
    String test = split.manifest().replace("manifest.json", "test.arrow");
    String validation = split.manifest().replace("manifest.json", "validation.arrow");
    store.put(test, java.nio.file.Files.readAllBytes(store.fetch(validation).path()));
    assertThatThrownBy(() -> new Index(store).run(IndexRequest.of(split.manifest())))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("test.arrow: row 0: timestamp ")
        .hasMessageEndingWith("; the sets would overlap in time");
    assertThat(store.list("datasets/")).noneMatch(object -> object.key().contains("quality"));
  }

  private static List<Rating> randomRatings(int count, int users, int items, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<Long> pairs = new HashSet<>();
    List<Rating> ratings = new ArrayList<>();
    for (int time = 0; time < count; time++) {
      // Later users and items do not occur at the beginning.
      double here = Math.min(1.0, (time + 0.3 * count) / count);
      int user = random.nextInt(1 + (int) (users * here));
      int item = random.nextInt(1 + (int) (items * here));
      if (pairs.add(((long) user << 32) | item)) {
        ratings.add(new Rating(user, item, (1 + random.nextInt(10)) / 2f, 1_000 + time));
      }
    }
    return ratings;
  }

  private SplitResult split(List<Rating> ratings) throws IOException {
    StringBuilder csv = new StringBuilder(Uploads.HEADER);
    ratings.forEach(
        r ->
            csv.append(r.user)
                .append(',')
                .append(r.item)
                .append(',')
                .append(r.value)
                .append(',')
                .append(r.time)
                .append('\n'));
    String manifest =
        Uploads.ingest(store, "raw/set.zip", Uploads.zip(csv.toString(), Uploads.MOVIES))
            .manifest();
    return new Split(store).run(SplitRequest.of(manifest));
  }

  private QualityReport quality(IndexResult index) throws IOException {
    return Json.read(store.read(index.quality()).content(), QualityReport.class, index.quality());
  }

  private List<Integer> column(IndexResult index, String name, String column) throws IOException {
    String key = index.manifest().replace("manifest.json", name);
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      return file.batches().stream()
          .flatMap(batch -> Arrays.stream(batch.ints(column).toArray()).boxed())
          .toList();
    }
  }

  private List<List<Number>> rows(IndexResult index, String name) throws IOException {
    String key = index.manifest().replace("manifest.json", name);
    List<List<Number>> rows = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      file.require(Schemas.INDEXED_RATINGS);
      for (RecordBatch batch : file.batches()) {
        int[] users = batch.ints("user").toArray();
        int[] items = batch.ints("item").toArray();
        float[] ratings = batch.floats("rating").toArray();
        IntStream.range(0, batch.rows())
            .forEach(i -> rows.add(List.of(users[i], items[i], ratings[i])));
      }
    }
    return rows;
  }

  private List<Map<Integer, Seen>> seen(IndexResult index) throws IOException {
    String key = index.manifest().replace("manifest.json", "seen.arrow");
    List<Map<Integer, Seen>> users = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      file.require(Schemas.SEEN);
      for (RecordBatch batch : file.batches()) {
        int[] offsets = batch.offsets("ratings").toArray();
        int[] items = batch.ints("ratings.item.item").toArray();
        float[] ratings = batch.floats("ratings.item.rating").toArray();
        long[] times = batch.longs("ratings.item.timestamp").toArray();
        assertThat(batch.rows()).isLessThanOrEqualTo(32);
        for (int user = 0; user < batch.rows(); user++) {
          Map<Integer, Seen> row = new TreeMap<>();
          for (int i = offsets[user]; i < offsets[user + 1]; i++) {
            assertThat(i > offsets[user] && items[i] <= items[i - 1]).isFalse();
            row.put(items[i], new Seen(ratings[i], times[i]));
          }
          users.add(row);
        }
      }
    }
    return users;
  }

  private static int[] bounds(String text) {
    return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }
}
