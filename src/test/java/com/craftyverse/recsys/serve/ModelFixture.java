package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.FormatVersions;
import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.Rows;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A model made by hand, with sums that can be done in the head: two factors, users 10, 20 and 30, movies
/// 100, 200, 300 and 400, of which 100 and 300 are alike.
///
/// ```
/// user   vector    bias   rated           movie  vector     bias  title  genres        year  ratings
///  10    (0, 0)     0     200: 4           100   (.5, 2)    .25   Heat   Action Crime  1995    30
///  20    (1, 0)     .5    100: 4.5         200   (4, 0)    1             none                   2
///  30    (0, 1)    -.5    100: 5, 400: 1   300   (.5, 2)    .25   Twin   Action        1994    30
///                                          400   (-1, .5)  0      Alien  Horror        1979     5
/// ```
public final class ModelFixture {
  private static final int[] USERS = {10, 20, 30};
  private static final float[] USER_VECTORS = {0, 0, 1, 0, 0, 1};
  private static final float[] USER_BIASES = {0, .5f, -.5f};
  private static final int[] MOVIES = {100, 200, 300, 400};
  private static final float[] MOVIE_VECTORS = {.5f, 2, 4, 0, .5f, 2, -1, .5f};
  private static final float[] MOVIE_BIASES = {.25f, 1, .25f, 0};

  private final String dataset;
  private final String model;
  private final String kind;
  private final float mean;
  private final RatingScale scale;
  private Rows rows = Rows.TRAIN;
  private @Nullable String scoredModel;
  private @Nullable String evaluated;

  public ModelFixture(String dataset, String model) {
    this(dataset, model, "biased", 3);
  }

  ModelFixture(String dataset, String model, String kind, float mean) {
    this(dataset, model, kind, mean, RatingScale.STARS);
  }

  ModelFixture(String dataset, String model, String kind, float mean, RatingScale scale) {
    this.dataset = dataset;
    this.model = model;
    this.kind = kind;
    this.mean = mean;
    this.scale = scale;
  }

  /// Makes it a model of those rows.
  ///
  /// @param scoredModel the model whose parameters it has, if they are not its own
  /// @param evaluated the model that its evaluation is of
  public ModelFixture of(Rows rows, @Nullable String scoredModel, String evaluated) {
    this.rows = rows;
    this.scoredModel = scoredModel;
    this.evaluated = evaluated;
    return this;
  }

  String directory() {
    return "models/" + dataset + "/" + model + "/";
  }

  /// Writes the model as training and evaluation would.
  ///
  /// @return the key of its evaluation
  public String write(ObjectStore store) throws IOException {
    store.put(directory() + "model.json", Json.write(card(ModelCard.FORMAT_VERSION)));
    Path users = store.newTempFile();
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(users, Schemas.modelUsers(2, 0), Map.of())) {
      writeUsers(writer, 0, 2);
      writeUsers(writer, 2, 3);
    }
    store.put(directory() + "users.arrow", users);
    Path seen = store.newTempFile();
    try (ArrowFileWriter writer = ArrowFileWriter.create(seen, Schemas.SEEN, Map.of())) {
      writer.writeBatch(2, ints(0, 1, 2), ints(1, 0), Buffers.of(new float[] {4, 4.5f}, 2));
      writer.writeBatch(1, ints(0, 2), ints(0, 3), Buffers.of(new float[] {5, 1}, 2));
    }
    store.put(directory() + "seen.arrow", seen);
    writeItems(store, MOVIE_VECTORS);
    store.put(
        directory() + "manifest.json",
        manifest(
            "train",
            Map.of(),
            Map.of("userRegularization", 0.1, "biasRegularization", 0.03),
            Map.of("trainRmse", 0.5)));
    store.put(
        directory() + "evaluation.json",
        manifest(
            "evaluate",
            Map.of("train", evaluated == null ? model : evaluated),
            Map.of(),
            Map.of("testRmse", 0.75)));
    return directory() + "evaluation.json";
  }

  /// Writes the model and makes it current.
  void publish(ObjectStore store) throws IOException {
    new Publish(store).run(new PublishRequest(write(store)));
  }

  ModelCard card(int formatVersion) {
    return new ModelCard(
        formatVersion,
        kind,
        dataset,
        model,
        2,
        mean,
        3.4f,
        scale,
        1,
        3,
        4,
        4,
        rows,
        scoredModel,
        null);
  }

  private void writeUsers(ArrowFileWriter writer, int from, int to) throws IOException {
    writer.writeBatch(
        to - from,
        ints(Arrays.copyOfRange(USERS, from, to)),
        Buffers.of(Arrays.copyOfRange(USER_VECTORS, 2 * from, 2 * to), 2 * (to - from)),
        biases(Arrays.copyOfRange(USER_BIASES, from, to)));
  }

  void writeItems(ObjectStore store, float[] vectors) throws IOException {
    Path items = store.newTempFile();
    Buffers.Text titles = Buffers.text(List.of("Heat", "", "Twin", "Alien"));
    Buffers.Text genres = Buffers.text(List.of("Action", "Crime", "Action", "Horror"));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(items, Schemas.modelItems(2, 0), Map.of())) {
      writer.writeBatch(
          4,
          ints(MOVIES),
          Buffers.of(vectors, 8),
          biases(MOVIE_BIASES),
          titles.offsets(),
          titles.data(),
          ints(0, 2, 2, 3, 4),
          genres.offsets(),
          genres.data(),
          ints(1995, 0, 1994, 1979),
          ints(30, 2, 30, 5),
          ints(1, 2, 7, 2));
    }
    store.put(directory() + "items.arrow", items);
  }

  private java.lang.foreign.MemorySegment biases(float[] values) {
    return Buffers.of(kind.equals("dot") ? new float[values.length] : values, values.length);
  }

  private static java.lang.foreign.MemorySegment ints(int... values) {
    return Buffers.of(values, values.length);
  }

  private byte[] manifest(
      String step,
      Map<String, String> inputs,
      Map<String, Object> parameters,
      Map<String, Object> figures) {
    return Json.write(
        new Manifest(
            step,
            step.equals("train") ? ModelCard.FORMAT_VERSION : FormatVersions.EVALUATE,
            step + "-" + model,
            dataset,
            inputs,
            Map.of(),
            parameters,
            Map.of(),
            figures,
            "2026-01-01T00:00:00Z",
            1));
  }
}
