package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.step.BackgroundTask;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// A model's users. Ids and biases are in memory. Vectors and histories are range reads from the store,
/// cached up to a bound.
final class UserStore {
  /// 10,000 vectors of 50 factors are 2 MB, those of 128 are 5 MB.
  private static final long CACHED_FACTORS = 500_000;

  private static final long CACHED_RANKING_FACTORS = 1_280_000;

  /// 8 bytes each.
  private static final long CACHED_RATINGS = 1_000_000;

  /// 8 bytes each.
  private static final long CACHED_TIMES = 250_000;

  /// The latest time that `ingest` accepts, in the year 5138.
  private static final long LATEST_TIME = 100_000_000_000L;

  private final ObjectStore store;
  private final String directory;
  private final UserLookup lookup;
  private final int factors;
  private final int rankingFactors;
  private final int items;
  private final BoundedCache<Integer, float[]> vectors =
      new BoundedCache<>(CACHED_FACTORS, vector -> vector.length);
  private final BoundedCache<Integer, float[]> rankingVectors =
      new BoundedCache<>(CACHED_RANKING_FACTORS, vector -> vector.length);
  private final BoundedCache<Integer, History> histories =
      new BoundedCache<>(CACHED_RATINGS, history -> 8L + history.size());
  private final BoundedCache<Integer, long[]> times =
      new BoundedCache<>(CACHED_TIMES, each -> 8L + each.length);

  /// @param directory the model's directory
  /// @param factors values in each vector of the rating model, 0 without one
  /// @param rankingFactors values in each vector of the ranking model, 0 without one
  /// @param items number of items in the model
  UserStore(
      ObjectStore store,
      String directory,
      UserLookup lookup,
      int factors,
      int rankingFactors,
      int items) {
    this.store = store;
    this.directory = directory;
    this.lookup = lookup;
    this.factors = factors;
    this.rankingFactors = rankingFactors;
    this.items = items;
  }

  /// Returns the same users with empty caches, read from another client of the store.
  UserStore withStore(ObjectStore newStore) {
    return new UserStore(newStore, directory, lookup, factors, rankingFactors, items);
  }

  /// Returns an id of a request as the model writes it.
  ///
  /// @param field the field that holds the id
  /// @throws RequestException if it is a text, but the model's ids are numbers
  Id convert(String field, Id userId) {
    Id converted = lookup.userIds().convert(userId);
    if (converted == null) {
      throw RequestException.invalid(
          "field '" + field + "': the user ids of this dataset are whole numbers, found a string");
    }
    return converted;
  }

  /// Returns the row of a user, negative if the model does not know the user.
  int rowOf(Id userId) {
    return lookup.userIds().indexOf(userId);
  }

  int size() {
    return lookup.userIds().size();
  }

  Id userId(int row) {
    return lookup.userIds().id(row);
  }

  float bias(int row) {
    return lookup.biases()[row];
  }

  /// Returns the number of a user's training ratings.
  int ratings(int row) {
    return lookup.ratings()[row];
  }

  /// Returns the standard errors of predicted ratings.
  StandardErrors standardErrors() {
    return lookup.standardErrors();
  }

  /// Reads a user's uncached data in parallel, one request to the store each.
  ///
  /// @param ranking whether to read the ranking vector as well
  /// @param history whether to read the history as well
  /// @throws MalformedFileException if the data is damaged
  void readAhead(int row, boolean ranking, boolean history) throws IOException {
    List<Callable<Object>> missing = new ArrayList<>();
    if (factors > 0 && vectors.get(row) == null) {
      missing.add(() -> vector(row));
    }
    if (ranking && rankingVectors.get(row) == null) {
      missing.add(() -> rankingVector(row));
    }
    if (history && histories.get(row) == null) {
      missing.add(() -> history(row));
    }
    List<Object> _ = BackgroundTask.runAll("user-read", "the answer", missing);
  }

  /// Returns a user's factors in the rating model.
  ///
  /// @throws MalformedFileException if the data is not a valid vector
  float[] vector(int row) throws IOException {
    float[] vector = vectors.get(row);
    if (vector == null) {
      vector = readVector(row, lookup.vectors(), factors);
      vectors.put(row, vector);
    }
    return vector;
  }

  /// Returns a user's factors in the ranking model, which the model must have.
  ///
  /// @throws MalformedFileException if the data is not a valid vector
  float[] rankingVector(int row) throws IOException {
    float[] vector = rankingVectors.get(row);
    if (vector == null) {
      vector = readVector(row, lookup.rankingVectors(), rankingFactors);
      rankingVectors.put(row, vector);
    }
    return vector;
  }

  /// Returns a user's training ratings.
  ///
  /// @throws MalformedFileException if the data is not a valid history
  History history(int row) throws IOException {
    History history = histories.get(row);
    if (history == null) {
      history = history(readRatings(row), row);
      histories.put(row, history);
    }
    return history;
  }

  /// A user's training ratings with their times.
  ///
  /// @param history the ratings
  /// @param times the time of each, in epoch seconds
  record TimedHistory(History history, long[] times) {}

  /// Returns a user's training ratings with their times.
  ///
  /// @throws MalformedFileException if the data is not a valid history
  TimedHistory timedHistory(int row) throws IOException {
    History history = histories.get(row);
    long[] timestamps = times.get(row);
    if (history == null || timestamps == null) {
      UserRatings read = readRatings(row);
      history = history(read, row);
      timestamps = times(read, row);
      histories.put(row, history);
      times.put(row, timestamps);
    }
    return new TimedHistory(history, timestamps);
  }

  private float[] readVector(int row, UserLookup.Places places, int values) throws IOException {
    int batchIndex = places.of(row);
    int length = values * Float.BYTES;
    long at = (long) (row - places.firstRows()[batchIndex]) * length;
    String key = directory + StoreLayout.USERS;
    if (at + length > places.lengths()[batchIndex]) {
      throw new MalformedFileException(key, "lookup.arrow does not locate row " + row);
    }
    byte[] bytes = store.readRange(key, places.offsets()[batchIndex] + at, length);
    float[] vector = new FloatColumn(MemorySegment.ofArray(bytes)).toArray();
    if (!ItemFactors.areValid(vector)) {
      throw new MalformedFileException(
          key, "row " + row + ": a factor is NaN, infinite or too large");
    }
    return vector;
  }

  /// A user's entries of a batch of `seen.arrow`.
  private record UserRatings(RecordBatch batch, int from, int to) {
    int size() {
      return to - from;
    }
  }

  private UserRatings readRatings(int row) throws IOException {
    UserLookup.Places places = lookup.histories();
    int batchIndex = places.of(row);
    long offset = places.offsets()[batchIndex];
    String key = directory + StoreLayout.SEEN;
    byte[] message = store.readRange(key, offset, places.lengths()[batchIndex]);
    int first = places.firstRows()[batchIndex];
    RecordBatch batch = ArrowFile.batch(message, Schemas.SEEN, batchIndex, first, offset, key);
    int at = row - first;
    if (at >= batch.rows()) {
      throw new MalformedFileException(
          key,
          "record batch " + batchIndex + ": " + batch.rows() + " rows, too few for row " + row);
    }
    IntColumn offsets = batch.offsets("ratings");
    return new UserRatings(batch, offsets.get(at), offsets.get(at + 1));
  }

  private History history(UserRatings read, int row) throws MalformedFileException {
    int[] rated = new int[read.size()];
    float[] ratings = new float[read.size()];
    read.batch.ints("ratings.item.item").copyTo(read.from, rated, 0, rated.length);
    read.batch.floats("ratings.item.rating").copyTo(read.from, ratings, 0, ratings.length);
    for (int i = 0; i < rated.length; i++) {
      if (rated[i] < 0 || rated[i] >= items || !Float.isFinite(ratings[i])) {
        throw malformed(row, "rating " + i);
      }
    }
    return new History(rated, ratings);
  }

  private long[] times(UserRatings read, int row) throws MalformedFileException {
    long[] timestamps = new long[read.size()];
    read.batch.longs("ratings.item.timestamp").copyTo(read.from, timestamps, 0, timestamps.length);
    for (int i = 0; i < timestamps.length; i++) {
      if (timestamps[i] < 0 || timestamps[i] > LATEST_TIME) {
        throw malformed(row, "time " + i);
      }
    }
    return timestamps;
  }

  private MalformedFileException malformed(int row, String what) {
    return new MalformedFileException(
        directory + StoreLayout.SEEN, "row " + row + ": " + what + " is out of range");
  }
}
