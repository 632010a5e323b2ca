package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.ingest.CodedDatasets;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A model of random vectors in which scores are often equal, or differ in the last bits: an item's
/// vector is one of a few, with some values moved by the smallest step, and some users' vectors are
/// zero. Every third item is a drama, years go from 1980 on, and item `i` has `i` ratings.
final class GeneratedModel {
  static final int USERS = 300;
  static final int ITEMS = 333;
  private static final int FACTORS = 21;
  private static final int KINDS = 6;
  private static final long SEED = 7;

  private final String dataset;
  private final IdType type;
  private final boolean hasRanking;
  private final Random random = new Random(SEED);
  private boolean ofChoices;

  GeneratedModel(String dataset, IdType type, boolean hasRanking) {
    this.dataset = dataset;
    this.type = type;
    this.hasRanking = hasRanking;
  }

  /// Makes it a model of choices without ratings, which has ranking vectors only.
  GeneratedModel ofChoices() {
    ofChoices = true;
    return this;
  }

  private int factors() {
    return ofChoices ? 0 : FACTORS;
  }

  Id userId(int user) {
    return CodedDatasets.id(type, 10 + 3 * user);
  }

  Id itemId(int item) {
    return CodedDatasets.id(type, 5 + 2 * item);
  }

  String directory() {
    return "models/" + dataset + "/generated/";
  }

  /// Writes the model and makes it current.
  void publish(ObjectStore store) throws IOException {
    int rankingFactors = hasRanking ? FACTORS + 11 : 0;
    RankingCard ranking =
        !hasRanking
            ? null
            : ofChoices
                ? new RankingCard(rankingFactors, .02, .2, 10, null, null)
                : new RankingCard(rankingFactors, .02, .2, 10, .5f, 5f);
    store.put(directory() + "model.json", Json.write(card(ranking)));
    Path items = store.newTempFile();
    writeItems(items, rankingFactors);
    Path users = store.newTempFile();
    writeUsers(users, rankingFactors);
    Path seen = store.newTempFile();
    writeSeen(seen);
    Path lookup = store.newTempFile();
    try (ArrowFile userFile = ArrowFile.open(users, "users.arrow");
        ArrowFile seenFile = ArrowFile.open(seen, "seen.arrow")) {
      UserLookup.of(0.035, 0.01, userFile, seenFile, StandardErrors.NONE).write(lookup);
    }
    if (hasRanking) {
      Path gram = store.newTempFile();
      try (var writer = ArrowFileWriter.create(gram, Schemas.gram(rankingFactors), Map.of())) {
        writer.writeBatch(
            rankingFactors, MemorySegment.ofArray(new float[rankingFactors * rankingFactors]));
      }
      store.put(directory() + "gram.arrow", gram);
    }
    store.put(directory() + "items.arrow", items);
    store.put(directory() + "users.arrow", users);
    store.put(directory() + "seen.arrow", seen);
    store.put(directory() + "lookup.arrow", lookup);
    store.put(directory() + "manifest.json", manifest());
    store.put(
        "models/" + dataset + "/current.json",
        Json.write(
            new CurrentModel(dataset, "generated", null, "2026-01-01T00:00:00Z", List.of())));
  }

  private ModelCard card(@Nullable RankingCard ranking) {
    return new ModelCard(
        ofChoices ? ModelCard.CHOICES_FORMAT_VERSION : ModelCard.FORMAT_VERSION,
        ofChoices ? ModelCard.RANKING : "biased",
        dataset,
        "generated",
        factors(),
        0,
        ofChoices ? 0 : 3.5f,
        ofChoices ? 0 : 3.5f,
        ofChoices ? null : RatingScale.STARS,
        ofChoices ? 0 : 1,
        USERS,
        ITEMS,
        1_000,
        Rows.TRAIN,
        null,
        ranking,
        ofChoices ? Feedback.CHOICES : null,
        List.of());
  }

  private byte[] manifest() {
    return Json.write(
        new Manifest(
            StepName.TRAIN,
            StepName.TRAIN.formatVersion(),
            "generated",
            dataset,
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            "2026-01-01T00:00:00Z",
            1));
  }

  private void writeItems(Path path, int rankingFactors) throws IOException {
    Buffers.Text titles = Buffers.text(IntStream.range(0, ITEMS).mapToObj(i -> "T" + i).toList());
    Buffers.Text genres =
        Buffers.text(
            IntStream.range(0, ITEMS).mapToObj(i -> i % 3 == 0 ? "Drama" : "Action").toList());
    List<MemorySegment> columns = new ArrayList<>(ids(ITEMS, true));
    MemorySegment vectors = MemorySegment.ofArray(itemVectors(FACTORS));
    float[] biases = new float[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      biases[i] = .1f * (i % KINDS % 7);
    }
    if (!ofChoices) {
      columns.add(vectors);
      columns.add(MemorySegment.ofArray(biases));
    }
    if (rankingFactors > 0) {
      columns.add(MemorySegment.ofArray(itemVectors(rankingFactors)));
    }
    int[] counting = IntStream.range(0, ITEMS).toArray();
    columns.addAll(
        List.of(
            titles.offsets(),
            titles.data(),
            MemorySegment.ofArray(IntStream.rangeClosed(0, ITEMS).toArray()),
            genres.offsets(),
            genres.data(),
            MemorySegment.ofArray(IntStream.range(0, ITEMS).map(i -> 1980 + i % 40).toArray()),
            MemorySegment.ofArray(counting),
            MemorySegment.ofArray(counting)));
    try (var writer =
        ArrowFileWriter.create(
            path, Schemas.modelItems(type, factors(), rankingFactors), Map.of())) {
      writer.writeBatch(ITEMS, columns.toArray(new MemorySegment[0]));
    }
  }

  /// Returns vectors of a few kinds. In half of them one value is the next float.
  private float[] itemVectors(int factors) {
    float[] kinds = vectors(KINDS * factors);
    float[] vectors = new float[ITEMS * factors];
    for (int item = 0; item < ITEMS; item++) {
      System.arraycopy(kinds, item % KINDS * factors, vectors, item * factors, factors);
      if (random.nextBoolean()) {
        int at = item * factors + random.nextInt(factors);
        vectors[at] = Math.nextUp(vectors[at]);
      }
    }
    return vectors;
  }

  private float[] vectors(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private void writeUsers(Path path, int rankingFactors) throws IOException {
    List<MemorySegment> columns = new ArrayList<>(ids(USERS, false));
    MemorySegment vectors = MemorySegment.ofArray(userVectors(FACTORS));
    MemorySegment biases = MemorySegment.ofArray(vectors(USERS));
    if (!ofChoices) {
      columns.add(vectors);
      columns.add(biases);
    }
    if (rankingFactors > 0) {
      columns.add(MemorySegment.ofArray(userVectors(rankingFactors)));
    }
    try (var writer =
        ArrowFileWriter.create(
            path, Schemas.modelUsers(type, factors(), rankingFactors), Map.of())) {
      writer.writeBatch(USERS, columns.toArray(new MemorySegment[0]));
    }
  }

  /// Returns vectors of which every tenth is zero.
  private float[] userVectors(int factors) {
    float[] vectors = vectors(USERS * factors);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = i / factors % 10 == 0 ? 0 : vectors[i];
    }
    return vectors;
  }

  /// Writes ratings in batches of 64 users. Some users rated nothing, and some nearly everything.
  private void writeSeen(Path path) throws IOException {
    try (var writer = ArrowFileWriter.create(path, Schemas.SEEN, Map.of())) {
      for (int first = 0; first < USERS; first += 64) {
        int rows = Math.min(64, USERS - first);
        int[] starts = new int[rows + 1];
        List<Integer> rated = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
          int keep = (first + row) % 7 == 3 ? 330 : (first + row) % 5 * 20;
          for (int item = 0; item < ITEMS; item++) {
            if (random.nextInt(ITEMS) < keep) {
              rated.add(item);
            }
          }
          starts[row + 1] = rated.size();
        }
        int count = rated.size();
        writer.writeBatch(
            rows,
            MemorySegment.ofArray(starts),
            MemorySegment.ofArray(rated.stream().mapToInt(item -> item).toArray()),
            MemorySegment.ofArray(new float[count]),
            MemorySegment.ofArray(new long[count]));
      }
    }
  }

  private List<MemorySegment> ids(int count, boolean ofItems) {
    List<Id> ids =
        IntStream.range(0, count).mapToObj(i -> ofItems ? itemId(i) : userId(i)).toList();
    return switch (type) {
      case INT32 ->
          List.of(
              MemorySegment.ofArray(
                  ids.stream().mapToInt(id -> Integer.parseInt(id.toString())).toArray()));
      case INT64 ->
          List.of(
              MemorySegment.ofArray(
                  ids.stream().mapToLong(id -> Long.parseLong(id.toString())).toArray()));
      case UTF8 -> {
        Buffers.Text texts = Buffers.text(ids.stream().map(Id::toString).toList());
        yield List.of(texts.offsets(), texts.data());
      }
    };
  }
}
