package com.craftyverse.recsys.sample;

import java.util.Arrays;

/// Generates users' ratings, one user after another: sessions, movies, stars and timestamps. Holds scratch
/// memory for one thread.
final class RatingSampler {
  private static final double LOG_GAP_MEAN = StrictMath.log(11);
  private static final double LOG_GAP_SD = 1.673;

  /// After this many rejections in a row, the user has probably chosen nearly everything available.
  private static final int MAX_REJECTIONS = 400;

  private static final int MOVIE_SHIFT = 36;
  private static final int TIME_SHIFT = 4;

  private final SampleSpec spec;
  private final Timeline timeline;
  private final MovieCatalog movies;
  private final Users users;
  private final Choices choices;
  private final Oracle oracle;

  private final Users.Plan plan = new Users.Plan();
  private final int[] lastRater;
  private final double[] cumulative = new double[Choices.TABLES];
  private long[] race = {};
  private long[] rows = {};
  private int size;

  RatingSampler(
      SampleSpec spec,
      Timeline timeline,
      MovieCatalog movies,
      Users users,
      Choices choices,
      Oracle oracle) {
    this.spec = spec;
    this.timeline = timeline;
    this.movies = movies;
    this.users = users;
    this.choices = choices;
    this.oracle = oracle;
    lastRater = new int[movies.size];
    Arrays.fill(lastRater, -1);
  }

  static int movie(long row) {
    return (int) (row >>> MOVIE_SHIFT);
  }

  static long timestamp(long row) {
    return row >>> TIME_SHIFT & 0xffff_ffffL;
  }

  static int halfStars(long row) {
    return (int) (row & 15);
  }

  /// Writes a user's ratings, ascending by movie, as packed rows (see the three methods above).
  ///
  /// @param at index of the first row; the user has `count` rows
  void generate(int user, long[] target, int at) {
    rows = target;
    size = at;
    SplitMix random = SplitMix.stream(spec.seed(), Streams.EVENTS, user);
    users.plan(user, random, plan);
    long free = 0;
    for (int s = 0; s < plan.sessions; s++) {
      free = session(user, s, Math.max(free, plan.start[s]), random);
    }
    Arrays.sort(target, at, size);
  }

  /// Generates a session's ratings from a given time on.
  ///
  /// @return the earliest start of the next session
  private long session(int user, int session, long start, SplitMix random) {
    long time = Math.min(start, spec.to());
    int remaining = plan.ratings[session];
    if (session == 0) {
      for (int k = users.firstStart[user]; k < users.firstStart[user + 1]; k++) {
        time = rate(user, users.firstMovies[k], time, random);
        remaining--;
      }
    }
    // The movies available when the session was planned, so that a late start does no harm.
    long plannedTime = plan.start[session];
    int year = timeline.year(plannedTime);
    choices.sum(user, year, cumulative);
    int rejections = 0;
    while (remaining > 0 && rejections < MAX_REJECTIONS) {
      int movie = choices.draw(random, year, cumulative);
      if (lastRater[movie] == user || movies.added[movie] > plannedTime) {
        rejections++;
      } else {
        time = rate(user, movie, time, random);
        rejections = 0;
        remaining--;
      }
    }
    if (remaining > 0) {
      time = drawByRace(remaining, user, plannedTime, time, random);
    }
    return time + Users.SESSION_GAP;
  }

  /// Chooses a session's remaining movies at once, with the same distribution as one by one: each movie
  /// gets an exponential clock, and the first to ring are chosen (Efraimidis & Spirakis 2006).
  private long drawByRace(int remaining, int user, long plannedTime, long start, SplitMix random) {
    int available = movies.countAddedBy(plannedTime);
    if (race.length < available) {
      race = new long[available];
    }
    int runners = 0;
    for (int i = 0; i < available; i++) {
      if (lastRater[i] != user && choices.weight[i] > 0) {
        double arrivalTime = -StrictMath.log(random.nextDouble()) / choices.preference(user, i);
        // Positive doubles sort like their bits; the low bits hold the movie.
        race[runners++] = (Double.doubleToRawLongBits(arrivalTime) & -(1L << 20)) | i;
      }
    }
    if (runners < remaining) {
      throw new IllegalStateException("no movies left for user " + (user + 1));
    }
    Arrays.sort(race, 0, runners);
    long time = start;
    for (int k = 0; k < remaining; k++) {
      time = rate(user, (int) (race[k] & ((1 << 20) - 1)), time, random);
    }
    return time;
  }

  /// Adds a rating.
  ///
  /// @return the time of the session's next rating
  private long rate(int user, int movie, long time, SplitMix random) {
    lastRater[movie] = user;
    long timestamp = Math.min(time, spec.to());
    int stars = oracle.draw(user, movie, oracle.affinityAt(user, movie), timestamp, random);
    rows[size++] = (long) movie << MOVIE_SHIFT | timestamp << TIME_SHIFT | stars;
    double gap = StrictMath.exp(LOG_GAP_MEAN + LOG_GAP_SD * random.nextGaussian());
    return time + (long) Math.min(Users.SESSION_GAP, gap + 0.5);
  }
}
