package com.craftyverse.recsys.sample;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// A benchmark of rankings against the choices held out from users of a generated set. Ranking by true
/// preferences is the ceiling for every model; ranking by popularity is the floor for a useful one.
///
/// The candidates are all movies that appear in any user's known choices, except the user's own. NDCG uses
/// binary gains, the discount `1 / log2(rank + 1)`, and the ideal of `min(k, held out)` hits. Ties go to
/// the lower movie id. Thread-safe.
public final class RankingCeiling {
  private final Oracle oracle;
  private final int[] movieIds;
  private final int users;
  private final Choices known;
  private final Choices heldOut;
  private final double[] popularity;

  /// Ranks movies for a user.
  @FunctionalInterface
  public interface Ranking {
    /// Returns a score for each movie of [Oracle#movieIds]; higher is better. Called from several threads.
    double[] scores(int userId);
  }

  /// Takes choices that the caller has split, in any order. Held-out pairs whose movie appears in no known
  /// pair are ignored, because such a movie is not a candidate.
  ///
  /// @param oracle the oracle of the set that the pairs come from
  /// @throws IllegalArgumentException if paired arrays differ in length, or the set has no such user or
  ///     movie
  public RankingCeiling(
      Oracle oracle,
      int[] knownUserIds,
      int[] knownMovieIds,
      int[] heldOutUserIds,
      int[] heldOutMovieIds) {
    this.oracle = oracle;
    movieIds = oracle.movieIds();
    users = Math.max(max(knownUserIds), max(heldOutUserIds));
    known = new Choices(users, knownUserIds, indices(knownMovieIds));
    popularity = new double[movieIds.length];
    for (int movie : known.movies) {
      popularity[movie]++;
    }
    int[] heldOutMovies = indices(heldOutMovieIds);
    int[] keptUsers = new int[heldOutMovies.length];
    int[] keptMovies = new int[heldOutMovies.length];
    int count = 0;
    for (int i = 0; i < heldOutMovies.length; i++) {
      if (popularity[heldOutMovies[i]] > 0) {
        keptUsers[count] = heldOutUserIds[i];
        keptMovies[count++] = heldOutMovies[i];
      }
    }
    heldOut = new Choices(users, Arrays.copyOf(keptUsers, count), Arrays.copyOf(keptMovies, count));
  }

  /// Generates a set and holds out a random share of each user's choices: at least one, and at least one
  /// stays. Needs about 20 bytes per rating.
  ///
  /// @param share between 0 and 1
  public static RankingCeiling withinUsers(
      SampleGenerator generator, double share, long seed, int threads) {
    int size = generator.spec().ratings();
    int[] userIds = new int[size];
    int[] ids = new int[size];
    int[] filled = {0};
    generator.forEachRating(
        threads,
        (user, movie, rating, time) -> {
          userIds[filled[0]] = user;
          ids[filled[0]++] = movie;
        });
    // Shuffle each user's movies and hold out the last ones.
    int[] known = new int[size];
    int[] heldOut = new int[size];
    int knownCount = 0;
    int heldOutCount = 0;
    for (int start = 0, end; start < size; start = end) {
      end = start;
      while (end < size && userIds[end] == userIds[start]) {
        end++;
      }
      SplitMix random = SplitMix.stream(seed, Streams.HOLD_OUT, userIds[start]);
      int count = end - start;
      int heldOutPerUser = count < 2 ? 0 : Math.clamp(Math.round(share * count), 1, count - 1);
      for (int k = count - 1; k >= 0; k--) {
        int other = start + random.nextInt(k + 1);
        int chosen = ids[other];
        ids[other] = ids[start + k];
        ids[start + k] = chosen;
        if (k >= count - heldOutPerUser) {
          heldOut[heldOutCount++] = start + k;
        } else {
          known[knownCount++] = start + k;
        }
      }
    }
    return new RankingCeiling(
        generator.oracle(),
        gather(userIds, known, knownCount),
        gather(ids, known, knownCount),
        gather(userIds, heldOut, heldOutCount),
        gather(ids, heldOut, heldOutCount));
  }

  /// Ranks by true tastes alone: the number of known choosers of a movie × the user's true liking. Unlike
  /// [#truth], it does not know when a user was active and so which movies were new then.
  public Ranking trueTastes() {
    return userId -> {
      double[] scores = new double[movieIds.length];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = popularity[i] * oracle.liking(userId, movieIds[i]);
      }
      return scores;
    };
  }

  /// Ranks by true preferences, including the times at which the user chose.
  public Ranking truth() {
    return oracle::preferences;
  }

  /// Ranks by the number of known choosers of a movie.
  public Ranking mostPopular() {
    return userId -> popularity;
  }

  /// Returns the mean NDCG over users with a held-out choice.
  ///
  /// @param k length of the list
  /// @param maxUsers maximum number of users to evaluate, spread evenly over the ids
  /// @throws IllegalArgumentException if nothing was held out
  public double ndcg(Ranking ranking, int k, int maxUsers) {
    int[] testUsers = IntStream.rangeClosed(1, users).filter(u -> heldOut.count(u) > 0).toArray();
    if (testUsers.length == 0) {
      throw new IllegalArgumentException("no user has a held-out choice");
    }
    int size = Math.min(testUsers.length, maxUsers);
    double[] ndcgs = new double[size];
    IntStream.range(0, size)
        .parallel()
        .forEach(
            j -> {
              int user = testUsers[(int) ((long) j * testUsers.length / size)];
              ndcgs[j] = ndcg(ranking.scores(user), user, k);
            });
    return Arrays.stream(ndcgs).sum() / size;
  }

  private double ndcg(double[] scores, int userId, int k) {
    double[] open = new double[movieIds.length];
    for (int i = 0; i < open.length; i++) {
      open[i] = popularity[i] > 0 ? scores[i] : Double.NEGATIVE_INFINITY;
    }
    known.forEach(userId, movie -> open[movie] = Double.NEGATIVE_INFINITY);
    boolean[] relevant = new boolean[open.length];
    heldOut.forEach(userId, movie -> relevant[movie] = true);
    double gain = 0;
    double ideal = 0;
    for (int rank = 1; rank <= k; rank++) {
      int best = 0;
      for (int i = 1; i < open.length; i++) {
        best = open[i] > open[best] ? i : best;
      }
      double discount = 1 / StrictMath.log(rank + 1);
      if (relevant[best] && open[best] > Double.NEGATIVE_INFINITY) {
        gain += discount;
      }
      if (rank <= heldOut.count(userId)) {
        ideal += discount;
      }
      open[best] = Double.NEGATIVE_INFINITY;
    }
    return gain / ideal;
  }

  private int[] indices(int[] ids) {
    int[] result = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      result[i] = Arrays.binarySearch(movieIds, ids[i]);
      if (result[i] < 0) {
        throw new IllegalArgumentException("no movie has the id " + ids[i]);
      }
    }
    return result;
  }

  private static int max(int[] values) {
    return Arrays.stream(values).max().orElse(0);
  }

  private static int[] gather(int[] values, int[] rows, int size) {
    int[] result = new int[size];
    for (int i = 0; i < size; i++) {
      result[i] = values[rows[i]];
    }
    return result;
  }

  /// Movies by user, in two arrays like a sparse matrix.
  private static final class Choices {
    final int[] starts;
    final int[] movies;

    Choices(int users, int[] userIds, int[] movies) {
      if (userIds.length != movies.length) {
        throw new IllegalArgumentException(
            userIds.length
                + " users and "
                + movies.length
                + " movies: there must be as many of both");
      }
      starts = new int[users + 2];
      for (int user : userIds) {
        starts[user + 1]++;
      }
      for (int u = 0; u <= users; u++) {
        starts[u + 1] += starts[u];
      }
      int[] next = starts.clone();
      this.movies = new int[movies.length];
      for (int i = 0; i < movies.length; i++) {
        this.movies[next[userIds[i]]++] = movies[i];
      }
    }

    int count(int user) {
      return starts[user + 1] - starts[user];
    }

    void forEach(int user, IntConsumer consumer) {
      for (int i = starts[user]; i < starts[user + 1]; i++) {
        consumer.accept(movies[i]);
      }
    }
  }
}
