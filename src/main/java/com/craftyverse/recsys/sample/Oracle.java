package com.craftyverse.recsys.sample;

/// The ground truth: how strongly a user prefers a movie, and the distribution of the published rating,
/// given who rates what and when. Thread-safe.
///
/// Over any set of rows, the root of the mean of [#variance] is the RMSE of [#expectation]. No predictor
/// that sees only user, movie and time can have a lower RMSE in the long run.
public final class Oracle {
  /// 2003-02-18 00:00:00 UTC; there are no half stars before.
  static final long HALF_STARS_FROM = 1_045_526_400L;

  /// Standard deviation of a typical user's noise, in stars.
  private static final double NOISE_SD = 0.75;

  // The unscaled noise has the distribution function (1 + e^−x)^(−1/4): a generalized logistic
  // distribution
  // with a longer left tail, because disappointments are larger than delights. Its mean is ψ(1/4) −
  // ψ(1) =
  // −π/2 − 3 ln 2, its variance ψ'(1/4) + ψ'(1) = 7π²/6 + 8G (G is Catalan's constant).
  private static final double RAW_MEAN = -Math.PI / 2 - 3 * StrictMath.log(2);
  private static final double RAW_SD = Math.sqrt(7 * Math.PI * Math.PI / 6 + 8 * 0.915965594177219);

  private static final double MAX_STARS = 5;

  private final SampleSpec spec;
  private final Timeline timeline;
  private final MovieCatalog movies;
  private final Users users;
  private final Choices choices;

  Oracle(SampleSpec spec, Timeline timeline, MovieCatalog movies, Users users, Choices choices) {
    this.spec = spec;
    this.timeline = timeline;
    this.movies = movies;
    this.users = users;
    this.choices = choices;
  }

  /// Returns the ids of all movies, ascending, in the order of [#preferences].
  public int[] movieIds() {
    return movies.id.clone();
  }

  /// Returns how strongly a user prefers a movie at a time. A user's next movie is drawn from those not yet
  /// chosen, with probability proportional to this value (Plackett–Luce).
  ///
  /// @param timestamp epoch seconds
  /// @return popularity × liking; 0 when the movie is not in the catalogue yet
  /// @throws IllegalArgumentException if there is no such user or movie
  public double preference(int userId, int movieId, long timestamp) {
    int user = user(userId);
    int movie = movies.index(movieId);
    return movies.added[movie] <= timestamp ? choices.preference(user, movie) : 0;
  }

  /// Returns how much likelier a user is to choose a movie than an average user, regardless of the movie's
  /// popularity. The average over users is 1.
  ///
  /// @throws IllegalArgumentException if there is no such user or movie
  public double liking(int userId, int movieId) {
    return choices.liking(user(userId), movies.index(movieId));
  }

  /// Returns a user's preference for each movie, weighted by how much the user chose while the movie was in
  /// the catalogue. This is the expected number of times the user would choose it over all sessions if
  /// movies could be chosen repeatedly. It orders movies by the probability that the user has chosen them,
  /// so it is the best ranking for choices held out at random.
  ///
  /// @return in the order of [#movieIds]
  /// @throws IllegalArgumentException if there is no such user
  public double[] preferences(int userId) {
    int user = user(userId);
    Users.Plan plan = new Users.Plan();
    users.plan(user, SplitMix.stream(spec.seed(), Streams.EVENTS, user), plan);
    double[] cumulative = new double[Choices.TABLES];
    double[] result = new double[movies.size];
    for (int s = 0; s < plan.sessions; s++) {
      int available = movies.countAddedBy(plan.start[s]);
      choices.sum(user, timeline.year(plan.start[s]), cumulative);
      result[available - 1] += plan.ratings[s] / cumulative[Choices.TABLES - 1];
    }
    double exposure = 0;
    for (int i = movies.size - 1; i >= 0; i--) {
      exposure += result[i];
      result[i] = exposure == 0 ? 0 : exposure * choices.preference(user, i);
    }
    return result;
  }

  /// Returns the mean of the rating that a user would publish for a movie at a time, in stars.
  ///
  /// @param timestamp epoch seconds; only determines whether half stars existed
  /// @throws IllegalArgumentException if there is no such user or movie
  public double expectation(int userId, int movieId, long timestamp) {
    return moment(userId, movieId, timestamp, false);
  }

  /// Returns the variance of that rating around its [#expectation], in square stars.
  ///
  /// @throws IllegalArgumentException if there is no such user or movie
  public double variance(int userId, int movieId, long timestamp) {
    double mean = moment(userId, movieId, timestamp, false);
    return moment(userId, movieId, timestamp, true) - mean * mean;
  }

  /// Returns the true score before noise, rounding and clipping: quality, bias and factors, in stars.
  ///
  /// @throws IllegalArgumentException if there is no such user or movie
  public double score(int userId, int movieId) {
    int user = user(userId);
    int movie = movies.index(movieId);
    return score(user, movie, affinityAt(user, movie));
  }

  /// Returns the part of the score that only factors can explain: `p · q`, in stars.
  ///
  /// @throws IllegalArgumentException if there is no such user or movie
  public double affinity(int userId, int movieId) {
    return affinityAt(user(userId), movies.index(movieId));
  }

  /// Returns the same by user and movie index.
  double affinityAt(int user, int movie) {
    double sum = 0;
    int p = user * MovieCatalog.FACTORS;
    int q = movie * MovieCatalog.FACTORS;
    for (int f = 0; f < MovieCatalog.FACTORS; f++) {
      sum += (double) users.factors[p + f] * movies.factors[q + f];
    }
    return sum;
  }

  /// Draws the rating that a user publishes.
  ///
  /// @return the rating in half stars, 1 to 10
  int draw(int user, int movie, double affinity, long timestamp, SplitMix random) {
    double score =
        score(user, movie, affinity) + noiseSd(user) * (rawNoise(random) - RAW_MEAN) / RAW_SD;
    int unit = halfStarsPerStep(user, timestamp);
    int steps = (int) Math.floor(2 * score / unit + 0.5);
    return unit * Math.clamp(steps, 1, 10 / unit);
  }

  private double score(int user, int movie, double affinity) {
    return (double) movies.quality[movie] + users.bias[user] + affinity;
  }

  private int halfStarsPerStep(int user, long timestamp) {
    return timestamp < HALF_STARS_FROM || users.wholeStars[user] ? 2 : 1;
  }

  /// Returns the first or second moment: the lowest rating, plus each higher step's increment times the
  /// probability of reaching it.
  private double moment(int userId, int movieId, long timestamp, boolean second) {
    int user = user(userId);
    double score = score(userId, movieId);
    double sd = noiseSd(user);
    double step = halfStarsPerStep(user, timestamp) / 2.0;
    double sum = second ? step * step : step;
    for (double value = 2 * step; value <= MAX_STARS; value += step) {
      double raw = (value - step / 2 - score) / sd * RAW_SD + RAW_MEAN;
      double reached = 1 - 1 / Math.sqrt(Math.sqrt(1 + StrictMath.exp(-raw)));
      double below = value - step;
      sum += reached * (second ? value * value - below * below : step);
    }
    return sum;
  }

  private double noiseSd(int user) {
    return NOISE_SD * users.spread[user];
  }

  /// Draws noise as the inverse distribution function of a uniform number.
  private static double rawNoise(SplitMix random) {
    double u = random.nextDouble();
    double square = u * u;
    return StrictMath.log(square * square / ((1 - u) * (1 + u) * (1 + square)));
  }

  private int user(int userId) {
    if (userId < 1 || userId > users.size) {
      throw new IllegalArgumentException("no user has the id " + userId);
    }
    return userId - 1;
  }
}
