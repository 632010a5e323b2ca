package com.craftyverse.recsys.sample;

import java.util.Arrays;

/// The users: their attributes, how much they rate and when. Index `u` of the arrays is the user with id `u
/// + 1`. The arrays are read-only outside this class.
final class Users {
  /// The longest pause within a session, in seconds.
  static final int SESSION_GAP = 3_600;

  private static final int MAX_COUNT = 33_000;
  private static final double LOG_COUNT_MEAN = 3.55;
  private static final double LOG_COUNT_SD = 1.471;
  private static final double BIAS_SD = 0.41;

  /// Change of the bias, in stars, when a user rates e times as much.
  private static final double BIAS_PER_LOG_COUNT = -0.03;

  /// Correlation of a user's factors with those implied by the user's tastes alone.
  private static final double TASTE_IN_FACTORS = 0.35;

  private static final double LOG_SPREAD_SD = 0.28;
  private static final double WHOLE_STARS_ONLY = 0.17;

  /// Minimum average time per rating over a user's lifetime, in seconds, so that heavy users need time.
  private static final int SECONDS_PER_RATING = 300;

  /// The service opens when it has this many movies, or all movies of a smaller catalogue.
  private static final int MIN_MOVIES = 20;

  /// A candidate with at least this liking is always accepted as a movie's first rater.
  private static final double PASSION = 5;

  private static final int LONG_SESSION = 500;
  private static final int MAX_SESSIONS = 4_000;
  private static final double LOG_LIFETIME_SD = 2.9;
  private static final double LIFETIME_PER_LOG_COUNT = 1.0;
  private static final long DAY = 86_400;

  final int size;

  /// Number of ratings per user.
  final int[] count;

  /// Time of the first rating, epoch seconds.
  final long[] arrival;

  /// How many stars higher than others the user rates.
  final float[] bias;

  /// The user's noise relative to the typical user's.
  final float[] spread;

  /// Whether the user never gives half stars.
  final boolean[] wholeStars;

  /// `size × MovieCatalog.FACTORS`, row by row: `p`, standard normal.
  final float[] factors;

  /// `size × Taste.COUNT`, row by row: the user's tastes relative to the average one.
  final float[] tastes;

  /// The movies that each user rates first, in two arrays like a sparse matrix.
  final int[] firstStart;

  final int[] firstMovies;

  private final SampleSpec spec;
  private final Timeline timeline;
  private final long lastArrival;

  Users(SampleSpec spec, Timeline timeline, MovieCatalog movies) {
    this.spec = spec;
    this.timeline = timeline;
    size = spec.users();
    count = new int[size];
    arrival = new long[size];
    bias = new float[size];
    spread = new float[size];
    wholeStars = new boolean[size];
    factors = new float[size * MovieCatalog.FACTORS];
    tastes = new float[size * Taste.COUNT];
    firstStart = new int[size + 1];
    firstMovies = new int[spec.ratedMovies()];
    lastArrival = timeline.to() - DAY;

    double[] drawn = new double[Taste.COUNT];
    double[] activity = new double[size];
    int[] maxCounts = new int[size];
    int[] choosable = countChoosable(movies);
    long opening = openingTime(movies, choosable);
    for (int u = 0; u < size; u++) {
      SplitMix random = SplitMix.stream(spec.seed(), Streams.USER, u);
      long arrives = timeline.time(spec.arrivals() * random.nextDouble());
      arrival[u] = Math.min(Math.max(arrives, opening), lastArrival);
      activity[u] = StrictMath.exp(LOG_COUNT_MEAN + LOG_COUNT_SD * random.nextGaussian());
      long time = (timeline.to() - arrival[u]) / SECONDS_PER_RATING;
      long choice = choosable[movies.countAddedBy(arrival[u])] * 2L / 3;
      maxCounts[u] = Math.max(1, (int) Math.min(MAX_COUNT, Math.min(time, choice)));
      bias[u] = (float) (BIAS_SD * random.nextGaussian());
      spread[u] = (float) StrictMath.exp(LOG_SPREAD_SD * random.nextGaussian());
      wholeStars[u] = random.nextDouble() < WHOLE_STARS_ONLY;
      for (int f = 0; f < MovieCatalog.FACTORS; f++) {
        factors[u * MovieCatalog.FACTORS + f] = (float) random.nextGaussian();
      }
      TasteProfiles.draw(SplitMix.stream(spec.seed(), Streams.USER_TASTE, u), drawn);
      for (int k = 0; k < Taste.COUNT; k++) {
        tastes[u * Taste.COUNT + k] = (float) drawn[k];
      }
    }
    alignFactors(movies);
    countRatings(activity, maxCounts);
    for (int u = 0; u < size; u++) {
      bias[u] += (float) (BIAS_PER_LOG_COUNT * (StrictMath.log(count[u]) - LOG_COUNT_MEAN));
    }
    findFirstRaters(movies);
  }

  /// Returns how much likelier a user is to choose a movie than an average user.
  double liking(int user, MovieCatalog movies, int movie) {
    double breadth = movies.breadth[movie];
    double affinity =
        MovieCatalog.FIRST_TASTE * tastes[user * Taste.COUNT + movies.taste[movie]]
            + (1 - MovieCatalog.FIRST_TASTE)
                * tastes[user * Taste.COUNT + movies.secondTaste[movie]];
    return breadth + (1 - breadth) * affinity;
  }

  /// Aligns the factors with the genres of the user's tastes, so that users tend to like what they choose.
  /// The factors keep unit variance.
  private void alignFactors(MovieCatalog movies) {
    double[][] points = new double[Taste.COUNT][MovieCatalog.FACTORS];
    double[] sd = new double[MovieCatalog.FACTORS];
    double variance = new TasteProfiles().variance;
    for (int f = 0; f < MovieCatalog.FACTORS; f++) {
      double mean = 0;
      for (Taste taste : Taste.values()) {
        points[taste.ordinal()][f] =
            movies.genreFactors(taste.lead)[f] + movies.genreFactors(taste.accent)[f];
        mean += points[taste.ordinal()][f] / Taste.COUNT;
      }
      double squares = 0;
      for (double[] point : points) {
        point[f] -= mean;
        squares += point[f] * point[f];
      }
      // The tastes sum to a constant, so any two correlate by −1 / (COUNT − 1).
      sd[f] = Math.sqrt(squares * variance * Taste.COUNT / (Taste.COUNT - 1));
    }
    double ownShare = Math.sqrt(1 - TASTE_IN_FACTORS * TASTE_IN_FACTORS);
    for (int u = 0; u < size; u++) {
      for (int f = 0; f < MovieCatalog.FACTORS; f++) {
        double sum = 0;
        for (int k = 0; k < Taste.COUNT; k++) {
          sum += tastes[u * Taste.COUNT + k] * points[k][f];
        }
        int at = u * MovieCatalog.FACTORS + f;
        factors[at] = (float) (TASTE_IN_FACTORS * sum / sd[f] + ownShare * factors[at]);
      }
    }
  }

  /// Returns, for each `n`, how many of the first `n` movies users choose by preference.
  private static int[] countChoosable(MovieCatalog movies) {
    int[] result = new int[movies.size + 1];
    for (int i = 0; i < movies.size; i++) {
      result[i + 1] = result[i] + (movies.expected[i] > 1 ? 1 : 0);
    }
    return result;
  }

  /// Returns the time when there are enough movies for the first users.
  private static long openingTime(MovieCatalog movies, int[] choosable) {
    int enough = Math.min(MIN_MOVIES, choosable[movies.size]);
    int i = 0;
    while (i < movies.size - 1 && choosable[i + 1] < enough) {
      i++;
    }
    return movies.added[i];
  }

  /// Scales the activities so that the counts sum exactly to the requested number of ratings.
  private void countRatings(double[] activity, int[] maxCounts) {
    double low = 0;
    double high = 1e9;
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      long sum = 0;
      for (int u = 0; u < size; u++) {
        sum += Math.clamp((long) (middle * activity[u]), 1, maxCounts[u]);
      }
      if (sum <= spec.ratings()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    long missing = spec.ratings();
    for (int u = 0; u < size; u++) {
      count[u] = Math.clamp((long) (low * activity[u]), 1, maxCounts[u]);
      missing -= count[u];
    }
    while (missing > 0) {
      long before = missing;
      for (int u = 0; u < size && missing > 0; u++) {
        if (count[u] < maxCounts[u]) {
          count[u]++;
          missing--;
        }
      }
      if (missing == before) {
        throw new IllegalArgumentException(
            "too many ratings for "
                + size
                + " users and "
                + spec.ratedMovies()
                + " rated movies: at most "
                + (spec.ratings() - missing)
                + " fit");
      }
    }
  }

  /// Assigns a first rater to each rated movie, because a movie is only in such a catalogue if somebody
  /// rated it. The first rater arrives after the movie and is drawn in proportion to the number of ratings.
  private void findFirstRaters(MovieCatalog movies) {
    long[] byArrival = new long[size];
    for (int u = 0; u < size; u++) {
      byArrival[u] = arrival[u] << 24 | u;
    }
    Arrays.sort(byArrival);
    long[] cumulative = new long[size + 1];
    for (int k = 0; k < size; k++) {
      cumulative[k + 1] = cumulative[k] + count[user(byArrival[k])];
    }
    int[] given = new int[size];
    int[] rater = new int[movies.size];
    for (int i = 0; i < movies.size; i++) {
      if (movies.expected[i] == 0) {
        continue;
      }
      int first = insertionPoint(byArrival, movies.added[i] << 24);
      rater[i] = findFirstRater(movies, i, first, byArrival, cumulative, given);
      given[rater[i]]++;
    }
    for (int u = 0; u < size; u++) {
      firstStart[u + 1] = firstStart[u] + given[u];
    }
    int[] next = Arrays.copyOf(firstStart, size);
    for (int i = 0; i < movies.size; i++) {
      if (movies.expected[i] > 0) {
        firstMovies[next[rater[i]]++] = i;
      }
    }
  }

  private int findFirstRater(
      MovieCatalog movies, int movie, int first, long[] byArrival, long[] cumulative, int[] given) {
    SplitMix random = SplitMix.stream(spec.seed(), Streams.FIRST_RATER, movie);
    long total = cumulative[size] - cumulative[first];
    for (int attempt = 0; attempt < 100 && total > 0; attempt++) {
      long point = cumulative[first] + (long) (random.nextDouble() * total);
      int k = insertionPoint(cumulative, point + 1) - 1;
      int user = user(byArrival[k]);
      if (given[user] < Math.max(1, count[user] / 2)
          && random.nextDouble() * PASSION < liking(user, movies, movie)) {
        return user;
      }
    }
    for (int k = first; k < size; k++) {
      int user = user(byArrival[k]);
      if (given[user] < count[user]) {
        return user;
      }
    }
    throw new IllegalArgumentException(
        "too few ratings or users for "
            + spec.ratedMovies()
            + " rated movies: no user is left to rate the latest ones");
  }

  private static int user(long packed) {
    return (int) (packed & 0xff_ffff);
  }

  /// Returns the index of the first element that is not less than a value.
  private static int insertionPoint(long[] sorted, long value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// A user's sessions, each with a planned start and a number of ratings. Reused across users; not
  /// thread-safe.
  static final class Plan {
    int sessions;
    final long[] start = new long[MAX_SESSIONS];
    final int[] ratings = new int[MAX_SESSIONS];

    private void add(long time, int count) {
      start[sessions] = time;
      ratings[sessions++] = count;
    }
  }

  /// Plans a user's sessions from the user's event stream.
  void plan(int user, SplitMix random, Plan plan) {
    plan.sessions = 0;
    int total = count[user];
    long start = arrival[user];
    long window = Math.min(lastArrival, spec.to()) - start;
    double returnProbability = spec.returning() + 0.09 * (StrictMath.log(total) - LOG_COUNT_MEAN);
    boolean returns = random.nextDouble() < Math.clamp(returnProbability, 0.03, 0.97);
    if (total == 1 || window < 2 * SESSION_GAP || (!returns && total <= LONG_SESSION)) {
      plan.add(start, total);
      return;
    }
    double days =
        StrictMath.exp(
            StrictMath.log(spec.lifetimeDays())
                + LIFETIME_PER_LOG_COUNT * (StrictMath.log(total) - LOG_COUNT_MEAN)
                + LOG_LIFETIME_SD * random.nextGaussian());
    long needed = Math.max(2L * SESSION_GAP, (long) total * SECONDS_PER_RATING / 2);
    long lifetime = Math.max(needed, (long) Math.min(days * DAY, 4e9));
    if (lifetime > window) {
      // The user is still active when the data ends, some time after the last rating.
      lifetime = Math.max(Math.min(needed, window), between(start, start + window, random) - start);
    }

    int ownShare = firstStart[user + 1] - firstStart[user];
    int first = (int) (total * (0.05 + 0.8 * random.nextDouble()) + 0.5);
    first = Math.max(Math.clamp(first, 1, Math.min(LONG_SESSION, total - 1)), ownShare);
    plan.add(start, first);
    int remaining = total - first;
    if (remaining == 0) {
      return;
    }
    int typical = 4 + random.nextInt(24);
    long maxSessions = Math.min(MAX_SESSIONS - 1, lifetime / (2 * SESSION_GAP));
    int more = Math.clamp(Math.min(1 + remaining / typical, remaining), 1, (int) maxSessions);
    long[] starts = new long[more];
    starts[0] = start + lifetime;
    for (int s = 1; s < more; s++) {
      starts[s] = between(start, start + lifetime, random);
    }
    Arrays.sort(starts);
    for (int s = 0; s < more; s++) {
      int left = more - s;
      int share =
          left == 1
              ? remaining
              : Math.clamp(
                  (long) (remaining * (0.5 + random.nextDouble()) / left),
                  1,
                  remaining - (left - 1));
      plan.add(starts[s], share);
      remaining -= share;
    }
  }

  /// Draws a time between two others, likelier when the service is busy.
  private long between(long start, long end, SplitMix random) {
    double first = timeline.share(start);
    double share = first + random.nextDouble() * (timeline.share(end) - first);
    return Math.clamp(timeline.time(share), start, end);
  }
}
