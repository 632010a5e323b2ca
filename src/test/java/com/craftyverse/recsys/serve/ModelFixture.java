package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A hand-made model whose sums can be done in the head: two factors, users 10, 20 and 30, and
/// items 100, 200, 300 and 400, of which 100 and 300 are alike.
///
/// ```
/// user   vector    bias   rated           item  vector     bias  title  genres        year  ratings, recent
///  10    (0, 0)     0     200: 4           100   (.5, 2)    .25   Heat   Action Crime  1995    30      1
///  20    (1, 0)     .5    100: 4.5         200   (4, 0)    1             none                   2      2
///  30    (0, 1)    -.5    100: 5, 400: 1   300   (.5, 2)    .25   Twin   Action        1994    30      7
///                                          400   (-1, .5)  0      Alien  Horror        1979     5      2
/// ```
public final class ModelFixture {
  private static final int[] USERS = {10, 20, 30};
  private static final float[] USER_VECTORS = {0, 0, 1, 0, 0, 1};
  private static final float[] USER_BIASES = {0, .5f, -.5f};
  private static final int[] ITEMS = {100, 200, 300, 400};
  private static final float[] ITEM_VECTORS = {.5f, 2, 4, 0, .5f, 2, -1, .5f};
  private static final float[] ITEM_BIASES = {.25f, 1, .25f, 0};

  private static final float[] USER_RANKING = {0, 1, 1, 0, .5f, .5f};
  private static final float[] ITEM_RANKING = {1, 0, 0, 1, .8f, .6f, 0, .5f};
  private static final float[] GRAM = {1.64f, .48f, .48f, 1.61f};

  private final String dataset;
  private final String model;
  private final String kind;
  private final float mean;
  private final RatingScale scale;
  private Rows rows = Rows.TRAIN;
  private @Nullable String scoredModel;
  private @Nullable String evaluated;
  private @Nullable RankingCard ranking;
  private int[] recentRatings = {1, 2, 7, 2};
  private long[] times = {1_000_000_000, 1_100_000_000, 1_200_000_000, 1_300_000_000};
  private Verdict verdict = new Verdict(Verdict.Decision.ACCEPTED, List.of(), List.of());

  private StandardErrors.Band[] standardErrors = {};

  public ModelFixture(String dataset, String model) {
    this(dataset, model, "biased", 3);
  }

  public ModelFixture(String dataset, String model, String kind, float mean) {
    this(dataset, model, kind, mean, RatingScale.STARS);
  }

  public ModelFixture(String dataset, String model, String kind, float mean, RatingScale scale) {
    this.dataset = dataset;
    this.model = model;
    this.kind = kind;
    this.mean = mean;
    this.scale = scale;
  }

  /// Sets the rows that the model was trained on.
  ///
  /// @param scoredModel the model whose parameters it uses, if not its own
  /// @param evaluated the model that its evaluation describes
  public ModelFixture of(Rows rows, @Nullable String scoredModel, String evaluated) {
    this.rows = rows;
    this.scoredModel = scoredModel;
    this.evaluated = evaluated;
    return this;
  }

  /// Adds a ranking model of two factors: λ = .1, α₀ = .5. The weight of a rating of 5 is 1, of 1
  /// it is .2.
  ///
  /// ```
  /// user  10  (0, 1)   20  (1, 0)   30  (.5, .5)
  /// item 100 (1, 0)   200 (0, 1)   300 (.8, .6)   400 (0, .5)   G = (1.64 .48, .48 1.61)
  /// ```
  public ModelFixture withRanking() {
    ranking = new RankingCard(2, .1, .5, 10, .5f, 5f);
    return this;
  }

  /// Removes the recent ratings, as if all had the same timestamp.
  public ModelFixture withoutTimes() {
    recentRatings = new int[ITEMS.length];
    return this;
  }

  /// Sets the times of the ratings 200 by 10, 100 by 20, and 100 and 400 by 30, in epoch seconds.
  public ModelFixture at(long... newTimes) {
    times = newTimes;
    return this;
  }

  /// Sets the gate's verdict; `accepted` by default.
  public ModelFixture withVerdict(Verdict.Decision decision, String... reasons) {
    verdict = new Verdict(decision, List.of(reasons), List.of());
    return this;
  }

  /// Sets the standard errors that the evaluation found; none by default.
  public ModelFixture withStandardErrors(StandardErrors.Band... bands) {
    standardErrors = bands;
    return this;
  }

  private int rankingFactors() {
    return ranking == null ? 0 : ranking.factors();
  }

  public String directory() {
    return "models/" + dataset + "/" + model + "/";
  }

  /// Writes the model as training and evaluation would.
  ///
  /// @return the key of its evaluation
  public String write(ObjectStore store) throws IOException {
    store.put(directory() + "model.json", Json.write(card(ModelCard.FORMAT_VERSION)));
    Path users = store.newTempFile();
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(
            users, Schemas.modelUsers(IdType.INT32, 2, rankingFactors()), Map.of())) {
      writeUsers(writer, 0, 2);
      writeUsers(writer, 2, 3);
    }
    store.put(directory() + "users.arrow", users);
    Path seen = store.newTempFile();
    try (ArrowFileWriter writer = ArrowFileWriter.create(seen, Schemas.SEEN, Map.of())) {
      MemorySegment seconds = MemorySegment.ofArray(times);
      writer.writeBatch(
          2,
          ints(0, 1, 2),
          ints(1, 0),
          Buffers.of(new float[] {4, 4.5f}, 2),
          seconds.asSlice(0, 16));
      writer.writeBatch(
          1, ints(0, 2), ints(0, 3), Buffers.of(new float[] {5, 1}, 2), seconds.asSlice(16));
    }
    store.put(directory() + "seen.arrow", seen);
    writeItems(store, ITEM_VECTORS);
    if (ranking != null) {
      writeGram(store, GRAM);
    }
    store.put(
        directory() + "manifest.json",
        manifest(
            StepName.TRAIN,
            Map.of(),
            Map.of("userRegularization", 0.1, "biasRegularization", 0.03),
            Map.of("trainRmse", 0.5)));
    store.put(
        directory() + "evaluation.json",
        manifest(StepName.EVALUATE, inputs(store), Map.of(), figures()));
    return directory() + "evaluation.json";
  }

  private Map<String, Object> figures() {
    Map<String, Object> figures = new TreeMap<>();
    figures.put("testRmse", 0.75);
    figures.put("verdict", verdict);
    if (standardErrors.length > 0) {
      figures.put("uncertainty", Map.of("level", 0.8, "bands", List.of(standardErrors)));
    }
    return figures;
  }

  /// Returns what the model was evaluated against: the model that is current now.
  private Map<String, String> inputs(ObjectStore store) throws IOException {
    Map<String, String> inputs = new TreeMap<>();
    inputs.put("train", evaluated == null ? model : evaluated);
    CurrentModel.find(store, dataset)
        .ifPresent(current -> inputs.put("published", current.current().model()));
    return inputs;
  }

  /// Writes the model and makes it current.
  public void publish(ObjectStore store) throws IOException {
    new Publish(store).run(new PublishRequest(write(store)));
  }

  public ModelCard card(int formatVersion) {
    return new ModelCard(
        formatVersion,
        kind,
        dataset,
        model,
        2,
        0,
        mean,
        3.4f,
        scale,
        1,
        3,
        4,
        4,
        rows,
        scoredModel,
        ranking,
        null,
        List.of());
  }

  private void writeUsers(ArrowFileWriter writer, int from, int to) throws IOException {
    List<MemorySegment> columns =
        new ArrayList<>(
            List.of(
                ints(Arrays.copyOfRange(USERS, from, to)),
                Buffers.of(Arrays.copyOfRange(USER_VECTORS, 2 * from, 2 * to), 2 * (to - from)),
                biases(Arrays.copyOfRange(USER_BIASES, from, to))));
    if (ranking != null) {
      columns.add(Buffers.of(Arrays.copyOfRange(USER_RANKING, 2 * from, 2 * to), 2 * (to - from)));
    }
    writer.writeBatch(to - from, columns.toArray(new MemorySegment[0]));
  }

  public void writeItems(ObjectStore store, float[] vectors) throws IOException {
    writeItems(store, vectors, ITEM_RANKING);
  }

  public void writeItems(ObjectStore store, float[] vectors, float[] rankingVectors)
      throws IOException {
    Path items = store.newTempFile();
    Buffers.Text titles = Buffers.text(List.of("Heat", "", "Twin", "Alien"));
    Buffers.Text genres = Buffers.text(List.of("Action", "Crime", "Action", "Horror"));
    List<MemorySegment> columns =
        new ArrayList<>(List.of(ints(ITEMS), Buffers.of(vectors, 8), biases(ITEM_BIASES)));
    if (ranking != null) {
      columns.add(Buffers.of(rankingVectors, 8));
    }
    columns.addAll(
        List.of(
            titles.offsets(),
            titles.data(),
            ints(0, 2, 2, 3, 4),
            genres.offsets(),
            genres.data(),
            ints(1995, 0, 1994, 1979),
            ints(30, 2, 30, 5),
            ints(recentRatings)));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(
            items, Schemas.modelItems(IdType.INT32, 2, rankingFactors()), Map.of())) {
      writer.writeBatch(4, columns.toArray(new MemorySegment[0]));
    }
    store.put(directory() + "items.arrow", items);
  }

  public void writeGram(ObjectStore store, float[] values) throws IOException {
    Path gram = store.newTempFile();
    try (ArrowFileWriter writer = ArrowFileWriter.create(gram, Schemas.gram(2), Map.of())) {
      writer.writeBatch(values.length / 2, Buffers.of(values, values.length));
    }
    store.put(directory() + "gram.arrow", gram);
  }

  private MemorySegment biases(float[] values) {
    return Buffers.of(kind.equals("dot") ? new float[values.length] : values, values.length);
  }

  private static MemorySegment ints(int... values) {
    return Buffers.of(values, values.length);
  }

  private byte[] manifest(
      StepName step,
      Map<String, String> inputs,
      Map<String, Object> parameters,
      Map<String, Object> figures) {
    return Json.write(
        new Manifest(
            step,
            step.formatVersion(),
            step + "-" + model,
            dataset,
            inputs,
            Map.of(),
            parameters,
            Map.of(),
            Map.of(),
            figures,
            "2026-01-01T00:00:00Z",
            1));
  }
}
