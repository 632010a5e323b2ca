package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Writes the files of the index step from ratings in memory. Users have the ids 10, 11, …, items
/// the ids 100, 102, ….
public final class IndexFixture {
  /// The figures of an index that other steps read.
  public record Figures(RatingScale scale) {}

  /// The figures of a random split.
  public record SplitSizes(long ratings, long trainRows, long testRows, long validationRows) {}

  private record SplitKind(String kind) {}

  private record Parameters(int side, int content, int firstUserId, int firstItemId, Rows rows) {}

  private final int users;
  private final int items;
  private final int side;
  private int firstUserId = 10;
  private int firstItemId = 100;
  private Rows rows = Rows.TRAIN;
  public final RatingList train = new RatingList();
  public final RatingList test = new RatingList();
  public final RatingList validation = new RatingList();

  /// @param side blocks per side of the grid
  public IndexFixture(int users, int items, int side) {
    this.users = users;
    this.items = items;
    this.side = side;
  }

  /// Sets the ids of the first user and item; the following ids increase by 1 and 2.
  IndexFixture withIds(int firstUserId, int firstItemId) {
    this.firstUserId = firstUserId;
    this.firstItemId = firstItemId;
    return this;
  }

  /// Sets the rows of the index, so that it can coexist with one of other rows.
  public IndexFixture withRows(Rows rows) {
    this.rows = rows;
    return this;
  }

  /// Returns the scale of the ratings: the range of the training ratings.
  public RatingScale scale() {
    return train.size() == 0
        ? RatingScale.STARS
        : RatingScale.range(train.lowest(), train.highest(), null);
  }

  public int users() {
    return users;
  }

  public int items() {
    return items;
  }

  /// Writes the index.
  ///
  /// @return the key of its manifest
  public String write(ObjectStore store, String dataset) throws IOException {
    String datasetDirectory = "datasets/" + dataset + "/v" + firstUserId + "/";
    String ingested =
        new StepRunner(store)
            .run(
                new StepSpec(StepName.INGEST, dataset, Map.of(), new Figures(scale())),
                datasetDirectory,
                Map.of(),
                Figures.class,
                _ -> new Figures(scale()))
            .manifest();
    String splitDirectory = datasetDirectory + "splits/s/";
    String split =
        new StepRunner(store)
            .run(
                new StepSpec(StepName.SPLIT, dataset, Map.of(), new SplitKind("random")),
                splitDirectory,
                Map.of("ingest", ingested),
                SplitSizes.class,
                output -> {
                  output.write(StoreLayout.TEST, path -> writeUploaded(test, path));
                  output.write(StoreLayout.VALIDATION, path -> writeUploaded(validation, path));
                  return new SplitSizes(
                      train.size() + test.size() + validation.size(),
                      train.size(),
                      test.size(),
                      validation.size());
                })
            .manifest();
    String directory = splitDirectory + "index/" + (rows == Rows.TRAIN ? "i/" : rows + "/");
    return new StepRunner(store)
        .run(
            new StepSpec(
                StepName.INDEX,
                dataset,
                Map.of(),
                new Parameters(side, train.size(), firstUserId, firstItemId, rows)),
            directory,
            Map.of("split", split),
            Figures.class,
            output -> {
              output.write(StoreLayout.TRAIN, this::writeTrain);
              output.write(StoreLayout.TEST, path -> writeRatings(test, path));
              output.write(StoreLayout.VALIDATION, path -> writeRatings(validation, path));
              output.write(StoreLayout.USERS, this::writeUsers);
              output.write(StoreLayout.ITEMS, this::writeItems);
              output.write(StoreLayout.SEEN, this::writeSeen);
              return new Figures(scale());
            })
        .manifest();
  }

  void writeTrain(Path path) throws IOException {
    int[] userBounds = bounds(users);
    int[] itemBounds = bounds(items);
    RatingList sorted =
        train.sorted(
            Comparator.<Integer>comparingInt(i -> block(userBounds, train.user(i)))
                .thenComparingInt(i -> block(itemBounds, train.item(i)))
                .thenComparingInt(train::user));
    Map<String, String> metadata =
        Map.of(
            "blocks", String.valueOf(side),
            "userBounds", text(userBounds),
            "itemBounds", text(itemBounds),
            "seed", "1");
    try (var writer = ArrowFileWriter.create(path, IndexFiles.RATINGS, metadata)) {
      int from = 0;
      for (int block = 0; block < side * side; block++) {
        int to = from;
        while (to < sorted.size()
            && block(userBounds, sorted.user(to)) * side + block(itemBounds, sorted.item(to))
                == block) {
          to++;
        }
        writeBatch(writer, sorted, from, to);
        from = to;
      }
    }
  }

  private int[] bounds(int count) {
    int[] bounds = new int[side + 1];
    for (int i = 0; i <= side; i++) {
      bounds[i] = (int) ((long) count * i / side);
    }
    return bounds;
  }

  private static int block(int[] bounds, int index) {
    int block = 0;
    while (index >= bounds[block + 1]) {
      block++;
    }
    return block;
  }

  private static String text(int[] values) {
    return String.join(",", Arrays.stream(values).mapToObj(String::valueOf).toList());
  }

  static void writeRatings(RatingList ratings, Path path) throws IOException {
    boolean cold = false;
    for (int i = 0; i < ratings.size(); i++) {
      cold |= ratings.user(i) < 0 || ratings.item(i) < 0;
    }
    Map<String, String> metadata = cold ? Map.of("coldStart", "keep") : Map.of();
    try (var writer = ArrowFileWriter.create(path, IndexFiles.RATINGS, metadata)) {
      writeBatch(writer, ratings, 0, ratings.size());
    }
  }

  /// Writes a set as split: with uploaded ids, those of unknown users and items outside training.
  private void writeUploaded(RatingList ratings, Path path) throws IOException {
    int rows = ratings.size();
    int[] user = new int[rows];
    int[] item = new int[rows];
    float[] rating = new float[rows];
    for (int i = 0; i < rows; i++) {
      user[i] = firstUserId + (ratings.user(i) < 0 ? users : ratings.user(i));
      item[i] = firstItemId + 2 * (ratings.item(i) < 0 ? items : ratings.item(i));
      rating[i] = ratings.rating(i);
    }
    try (var writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      writer.writeBatch(
          rows,
          Buffers.of(user, rows),
          Buffers.of(item, rows),
          Buffers.of(rating, rows),
          MemorySegment.ofArray(new long[rows]));
    }
  }

  private static void writeBatch(ArrowFileWriter writer, RatingList ratings, int from, int to)
      throws IOException {
    int rows = to - from;
    int[] user = new int[rows];
    int[] item = new int[rows];
    float[] rating = new float[rows];
    for (int i = 0; i < rows; i++) {
      user[i] = ratings.user(from + i);
      item[i] = ratings.item(from + i);
      rating[i] = ratings.rating(from + i);
    }
    writer.writeBatch(
        rows, Buffers.of(user, rows), Buffers.of(item, rows), Buffers.of(rating, rows));
  }

  private void writeUsers(Path path) throws IOException {
    int[] ids = new int[users];
    int[] counts = new int[users];
    for (int i = 0; i < users; i++) {
      ids[i] = firstUserId + i;
    }
    for (int i = 0; i < train.size(); i++) {
      counts[train.user(i)]++;
    }
    try (var writer = ArrowFileWriter.create(path, Schemas.indexUsers(IdType.INT32), Map.of())) {
      writer.writeBatch(users, Buffers.of(ids, users), Buffers.of(counts, users));
    }
  }

  private void writeItems(Path path) throws IOException {
    int[] ids = new int[items];
    int[] years = new int[items];
    int[] counts = new int[items];
    int[] recent = new int[items];
    int[] genreOffsets = new int[items + 1];
    List<String> titles = new ArrayList<>();
    List<String> genres = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      ids[i] = firstItemId + 2 * i;
      years[i] = 1950 + i % 70;
      titles.add("Item " + i);
      genres.addAll(List.of("Drama", "Comedy").subList(0, i % 3));
      genreOffsets[i + 1] = genres.size();
    }
    for (int i = 0; i < train.size(); i++) {
      counts[train.item(i)]++;
      recent[train.item(i)] += i >= train.size() * 4 / 5 ? 1 : 0;
    }
    Buffers.Text titleText = Buffers.text(titles);
    Buffers.Text genreText = Buffers.text(genres);
    try (var writer = ArrowFileWriter.create(path, Schemas.indexItems(IdType.INT32), Map.of())) {
      writer.writeBatch(
          items,
          Buffers.of(ids, items),
          titleText.offsets(),
          titleText.data(),
          Buffers.of(genreOffsets, items + 1),
          genreText.offsets(),
          genreText.data(),
          Buffers.of(years, items),
          Buffers.of(counts, items),
          Buffers.of(recent, items));
    }
  }

  private void writeSeen(Path path) throws IOException {
    Column column =
        Column.list(
            "ratings",
            Column.struct(
                "item", Column.int32("item"), Column.float32("rating"), Column.int64("timestamp")));
    int[] offsets = new int[users + 1];
    int[] seenItems = new int[train.size()];
    float[] seenRatings = new float[train.size()];
    long[] seenTimes = new long[train.size()];
    RatingList sorted =
        train.sorted(Comparator.<Integer>comparingInt(train::user).thenComparingInt(train::item));
    for (int i = 0; i < sorted.size(); i++) {
      seenItems[i] = sorted.item(i);
      seenRatings[i] = sorted.rating(i);
      seenTimes[i] = 1_000_000_000L + i;
      offsets[sorted.user(i) + 1] = i + 1;
    }
    for (int i = 1; i <= users; i++) {
      offsets[i] = Math.max(offsets[i], offsets[i - 1]);
    }
    try (var writer = ArrowFileWriter.create(path, List.of(column), Map.of())) {
      writer.writeBatch(
          users,
          Buffers.of(offsets, users + 1),
          MemorySegment.ofArray(seenItems),
          MemorySegment.ofArray(seenRatings),
          MemorySegment.ofArray(seenTimes));
    }
  }
}
