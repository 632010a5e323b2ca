package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Publishes models of ml-latest's size, with and without ranking vectors: random factors, titles and
/// genres of realistic length, and histories with the real distribution of lengths.
final class FullSizeModel {
  /// The type of the ids: `-Dids=int64` or `-Dids=utf8`, which are shaped like UUIDs.
  private static final IdType IDS =
      IdType.valueOf(System.getProperty("ids", "int32").toUpperCase(Locale.ROOT));

  private static final String SUFFIX = IDS == IdType.INT32 ? "" : "-" + IDS;

  /// The model with rating and ranking vectors.
  static final String DATASET = "full-size" + SUFFIX;

  /// The same model without ranking vectors.
  static final String RATING_DATASET = "full-size-rating" + SUFFIX;

  static final int USERS = 268_300;
  static final int ITEMS = 41_239;
  static final int FACTORS = 50;
  static final int RANKING_FACTORS = 128;

  private static final int USER_BATCH = 16_384;
  private static final int SEEN_BATCH = 32;
  private static final List<String> GENRES =
      List.of(
          "Action",
          "Adventure",
          "Animation",
          "Children",
          "Comedy",
          "Crime",
          "Documentary",
          "Drama",
          "Fantasy",
          "Film-Noir",
          "Horror",
          "IMAX",
          "Musical",
          "Mystery",
          "Romance",
          "Sci-Fi",
          "Thriller",
          "War",
          "Western");

  private FullSizeModel() {}

  static Id userId(int user) {
    return id(1 + user + user / 5); // leaves gaps between ids
  }

  static Id itemId(int item) {
    return id(1 + 5 * item);
  }

  private static Id id(int number) {
    return switch (IDS) {
      case INT32 -> Id.of(number);
      case INT64 -> Id.of(number * 1_000_000_000_007L);
      case UTF8 ->
          Id.of(String.format("%08x-5f2c-4b1d-9c3e-%012x", number * 7_919L, number * 40_503L));
    };
  }

  /// Returns the buffers of a column of ids.
  private static List<MemorySegment> column(List<Id> ids) {
    return switch (IDS) {
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

  /// Writes both models unless the directory already has them.
  static LocalObjectStore in(Path directory) throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory);
    write(store, DATASET, new RankingCard(RANKING_FACTORS, .02, .2, 10, .5f, 5f));
    write(store, RATING_DATASET, null);
    return store;
  }

  private static boolean isThere(LocalObjectStore store, String dataset) throws IOException {
    try {
      return store.find("models/" + dataset + "/current.json").isPresent()
          && ModelCard.read(store, "models/" + dataset + "/generated/").factors() == FACTORS;
    } catch (RequestException e) {
      return false; // of another format version
    }
  }

  private static void write(LocalObjectStore store, String dataset, @Nullable RankingCard ranking)
      throws IOException {
    if (isThere(store, dataset)) {
      return;
    }
    int rankingFactors = ranking == null ? 0 : ranking.factors();
    String model = "models/" + dataset + "/generated/";
    ModelCard card =
        new ModelCard(
            ModelCard.FORMAT_VERSION,
            "biased",
            dataset,
            "generated",
            FACTORS,
            0,
            3.53f,
            3.53f,
            RatingScale.STARS,
            1,
            USERS,
            ITEMS,
            25_000_000,
            Rows.ALL,
            null,
            ranking,
            null,
            List.of());
    store.put(model + "model.json", Json.write(card));
    Random random = new Random(1);
    Path items = store.newTempFile();
    float[] rankingVectors = writeItems(items, random, rankingFactors);
    if (ranking != null) {
      Path gram = store.newTempFile();
      writeGram(gram, rankingVectors);
      store.put(model + "gram.arrow", gram);
    }
    store.put(model + "items.arrow", items);
    Path users = store.newTempFile();
    writeUsers(users, random, rankingFactors);
    Path seen = store.newTempFile();
    writeSeen(seen, random);
    Path lookup = store.newTempFile();
    try (ArrowFile userFile = ArrowFile.open(users, "users.arrow");
        ArrowFile seenFile = ArrowFile.open(seen, "seen.arrow")) {
      UserLookup.of(0.035, 0.0105, userFile, seenFile, standardErrors()).write(lookup);
    }
    store.put(model + "users.arrow", users);
    store.put(model + "seen.arrow", seen);
    store.put(model + "lookup.arrow", lookup);
    store.put(
        "models/" + dataset + "/current.json",
        Json.write(
            new CurrentModel(dataset, "generated", null, "2026-01-01T00:00:00Z", List.of())));
  }

  /// @return the ranking vectors
  private static float[] writeItems(Path path, Random random, int rankingFactors)
      throws IOException {
    List<Id> ids = new ArrayList<>();
    int[] years = new int[ITEMS];
    int[] counts = new int[ITEMS];
    int[] recent = new int[ITEMS];
    int[] genreStarts = new int[ITEMS + 1];
    List<String> titles = new ArrayList<>();
    List<String> genres = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      ids.add(itemId(i));
      years[i] = 1930 + random.nextInt(94);
      counts[i] = 1 + (int) (100_000 * Math.pow(random.nextDouble(), 12));
      recent[i] = random.nextInt(1 + counts[i] / 3);
      titles.add("Title of the Item No. " + i + " (" + years[i] + ")");
      int first = random.nextInt(GENRES.size() - 3);
      genres.addAll(GENRES.subList(first, first + 1 + random.nextInt(3)));
      genreStarts[i + 1] = genres.size();
    }
    Buffers.Text titleText = Buffers.text(titles);
    Buffers.Text genreText = Buffers.text(genres);
    List<MemorySegment> columns = new ArrayList<>(column(ids));
    columns.add(gaussian(random, ITEMS * FACTORS, .12));
    columns.add(gaussian(random, ITEMS, .4));
    float[] rankingVectors = values(random, ITEMS * rankingFactors, .05);
    if (rankingFactors > 0) {
      columns.add(MemorySegment.ofArray(rankingVectors));
    }
    columns.addAll(
        List.of(
            titleText.offsets(),
            titleText.data(),
            MemorySegment.ofArray(genreStarts),
            genreText.offsets(),
            genreText.data(),
            MemorySegment.ofArray(years),
            MemorySegment.ofArray(counts),
            MemorySegment.ofArray(recent)));
    try (var writer =
        ArrowFileWriter.create(path, Schemas.modelItems(IDS, FACTORS, rankingFactors), Map.of())) {
      writer.writeBatch(ITEMS, columns.toArray(new MemorySegment[0]));
    }
    return rankingVectors;
  }

  private static void writeGram(Path path, float[] vectors) throws IOException {
    float[] gram = new float[RANKING_FACTORS * RANKING_FACTORS];
    for (int item = 0; item < ITEMS; item++) {
      int at = item * RANKING_FACTORS;
      for (int f = 0; f < RANKING_FACTORS; f++) {
        for (int g = 0; g < RANKING_FACTORS; g++) {
          gram[f * RANKING_FACTORS + g] += vectors[at + f] * vectors[at + g];
        }
      }
    }
    try (var writer = ArrowFileWriter.create(path, Schemas.gram(RANKING_FACTORS), Map.of())) {
      writer.writeBatch(RANKING_FACTORS, MemorySegment.ofArray(gram));
    }
  }

  private static void writeUsers(Path path, Random random, int rankingFactors) throws IOException {
    try (var writer =
        ArrowFileWriter.create(path, Schemas.modelUsers(IDS, FACTORS, rankingFactors), Map.of())) {
      for (int first = 0; first < USERS; first += USER_BATCH) {
        int rows = Math.min(USER_BATCH, USERS - first);
        List<Id> ids = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
          ids.add(userId(first + i));
        }
        List<MemorySegment> columns = new ArrayList<>(column(ids));
        columns.add(gaussian(random, rows * FACTORS, .25));
        columns.add(gaussian(random, rows, .4));
        if (rankingFactors > 0) {
          columns.add(gaussian(random, rows * rankingFactors, .5));
        }
        writer.writeBatch(rows, columns.toArray(new MemorySegment[0]));
      }
    }
  }

  private static void writeSeen(Path path, Random random) throws IOException {
    try (var writer = ArrowFileWriter.create(path, Schemas.SEEN, Map.of())) {
      for (int first = 0; first < USERS; first += SEEN_BATCH) {
        int rows = Math.min(SEEN_BATCH, USERS - first);
        int[] starts = new int[rows + 1];
        int[] items = new int[rows * ITEMS / 8];
        for (int i = 0; i < rows; i++) {
          int draws = Math.clamp((int) Math.exp(3.55 + 1.471 * random.nextGaussian()), 1, 4_000);
          int[] history =
              random.ints(draws, 0, ITEMS).map(item -> skewed(item)).distinct().sorted().toArray();
          System.arraycopy(history, 0, items, starts[i], history.length);
          starts[i + 1] = starts[i] + history.length;
        }
        float[] ratings = new float[starts[rows]];
        for (int i = 0; i < ratings.length; i++) {
          ratings[i] = .5f * (1 + random.nextInt(10));
        }
        long[] times = random.longs(ratings.length, 789_652_009, 1_689_843_985).toArray();
        writer.writeBatch(
            rows,
            MemorySegment.ofArray(starts),
            MemorySegment.ofArray(Arrays.copyOf(items, ratings.length)),
            MemorySegment.ofArray(ratings),
            MemorySegment.ofArray(times));
      }
    }
  }

  /// Skews the items, so that few get most of the ratings.
  private static int skewed(int item) {
    return (int) (ITEMS * Math.pow((double) item / ITEMS, 3));
  }

  private static MemorySegment gaussian(Random random, int count, double deviation) {
    return MemorySegment.ofArray(values(random, count, deviation));
  }

  private static float[] values(Random random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /// Returns standard errors of all bands.
  private static StandardErrors standardErrors() {
    int[] known = {0, 1, 5, 20, 100, 500, Integer.MAX_VALUE};
    int[] popular = {0, 10, 100, 1_000, 10_000, Integer.MAX_VALUE};
    List<StandardErrors.Band> bands = new ArrayList<>();
    for (int i = 0; i + 1 < known.length; i++) {
      for (int j = 0; j + 1 < popular.length; j++) {
        bands.add(
            new StandardErrors.Band(
                known[i], known[i + 1] - 1, popular[j], popular[j + 1] - 1, 0.8f));
      }
    }
    return new StandardErrors(bands);
  }
}
