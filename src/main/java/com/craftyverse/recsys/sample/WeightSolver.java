package com.craftyverse.recsys.sample;

import java.util.stream.IntStream;

/// A solver for the weight at which each movie reaches its target number of choices.
///
/// A user chooses distinct movies, each with probability proportional to weight × liking. Popular movies
/// need more than their share of weight, because a user can choose each only once. Model this as a race:
/// each movie has a clock of rate `r = weight × liking` and is chosen when the clock rings, and a user who
/// chooses `d` movies stops at time `t(d)`. The user then chooses the movie with probability `1 − exp(−r
/// t)`. The solver alternates between `t` for each cell of users, so that they choose `d` movies, and the
/// weight for each movie, so that it reaches its target. A cell holds users of one year, one group by
/// number of ratings, and similar tastes.
final class WeightSolver {
  private static final int GROUPS = 10;
  private static final int ITERATIONS = 16;
  private static final int REPRESENTATIVES = TasteProfiles.REPRESENTATIVES;
  private static final int TABLES = Taste.COUNT + 1;

  /// Number of parallel parts of the sum over movies. Fixed, so that the result does not depend on the
  /// number of threads.
  private static final int PARTS = 32;

  /// Below this value of `r t`, the probability is approximated by `r t`.
  private static final double LINEAR = 0.05;

  private final Timeline timeline;
  private final MovieCatalog movies;
  private final int years;

  /// By year and group: number of users, movies per user, and the longest time.
  private final double[] userWeight;

  private final double[] meanRatings;
  private final double[] maxTime;

  /// By year, group and representative.
  private final double[] time;

  /// By year, group and table: the sum of time × taste over the representatives.
  private final double[] timeByTaste;

  private final double[][] tastes = new TasteProfiles().representatives();
  private final double strongest;
  private final double[] weights;

  private WeightSolver(SampleSpec spec, Timeline timeline, MovieCatalog movies, Users users) {
    this.timeline = timeline;
    this.movies = movies;
    years = timeline.years();
    int cells = years * GROUPS;
    userWeight = new double[cells];
    meanRatings = new double[cells];
    maxTime = new double[cells];
    time = new double[cells * REPRESENTATIVES];
    timeByTaste = new double[cells * TABLES];
    double max = 1;
    for (double taste : tastes[0]) {
      max = Math.max(max, taste);
    }
    strongest = max;
    Users.Plan plan = new Users.Plan();
    for (int u = 0; u < users.size; u++) {
      users.plan(u, SplitMix.stream(spec.seed(), Streams.EVENTS, u), plan);
      int group = group(users.count[u]);
      for (int s = 0; s < plan.sessions; s++) {
        int cell = timeline.year(plan.start[s]) * GROUPS + group;
        userWeight[cell] += (double) plan.ratings[s] / users.count[u];
        meanRatings[cell] += plan.ratings[s];
      }
    }
    weights = new double[movies.size];
    double all = 0;
    for (int i = 0; i < movies.size; i++) {
      // The first rating of each movie is assigned elsewhere.
      weights[i] = Math.max(0, movies.expected[i] - 1);
      all += weights[i];
    }
    for (int c = 0; c < cells; c++) {
      meanRatings[c] = userWeight[c] > 0 ? meanRatings[c] / userWeight[c] : 0;
      for (int r = 0; r < REPRESENTATIVES; r++) {
        time[c * REPRESENTATIVES + r] = meanRatings[c] / Math.max(all, 1e-300);
      }
    }
  }

  /// Returns the weight of each movie; 0 for a movie that nobody chooses.
  static double[] solve(SampleSpec spec, Timeline timeline, MovieCatalog movies, Users users) {
    WeightSolver solver = new WeightSolver(spec, timeline, movies, users);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      solver.iterate();
    }
    return solver.weights;
  }

  /// Returns the group of a user with this many ratings: up to 31, up to 63, and so on by powers of two.
  private static int group(int ratings) {
    return Math.clamp(27 - Integer.numberOfLeadingZeros(ratings), 0, GROUPS - 1);
  }

  private void iterate() {
    for (int c = 0; c < userWeight.length; c++) {
      maxTime[c] = 0;
      for (int k = 0; k < TABLES; k++) {
        double sum = 0;
        for (int r = 0; r < REPRESENTATIVES; r++) {
          sum += time[c * REPRESENTATIVES + r] * (k == Taste.COUNT ? 1 : tastes[k][r]);
        }
        timeByTaste[c * TABLES + k] = sum;
      }
      for (int r = 0; r < REPRESENTATIVES; r++) {
        maxTime[c] = Math.max(maxTime[c], time[c * REPRESENTATIVES + r]);
      }
    }
    Sums[] parts = new Sums[PARTS];
    IntStream.range(0, PARTS).parallel().forEach(part -> parts[part] = solvePart(part));
    IntStream.range(0, userWeight.length).parallel().forEach(c -> adjustTimes(c, parts));
  }

  private void adjustTimes(int cell, Sums[] parts) {
    if (userWeight[cell] == 0) {
      return;
    }
    double[] rate = new double[TABLES];
    for (Sums part : parts) {
      for (int k = 0; k < TABLES; k++) {
        rate[k] += part.rate[cell * TABLES + k];
      }
    }
    for (int r = 0; r < REPRESENTATIVES; r++) {
      int at = cell * REPRESENTATIVES + r;
      double linear = rate[Taste.COUNT];
      for (int k = 0; k < Taste.COUNT; k++) {
        linear += rate[k] * tastes[k][r];
      }
      double sum = linear * time[at];
      double slope = sum;
      for (Sums part : parts) {
        sum += part.taken[at];
        slope += part.slope[at];
      }
      if (slope > 0) {
        // A Newton step for ln t, damped where a year's movies are nearly used up.
        time[at] *= StrictMath.exp(Math.clamp((meanRatings[cell] - sum) / slope, -1.0, 1.0));
      }
    }
  }

  /// The contributions of some of the movies. For each cell and representative: the number of movies chosen
  /// and its derivative with respect to ln t. For each table: the rates of movies treated as linear.
  private static final class Sums {
    final double[] taken;
    final double[] slope;
    final double[] rate;

    Sums(int cells) {
      taken = new double[cells * REPRESENTATIVES];
      slope = new double[cells * REPRESENTATIVES];
      rate = new double[cells * TABLES];
    }
  }

  /// Runs one iteration over a part of the movies and updates their weights.
  private Sums solvePart(int part) {
    Sums sums = new Sums(userWeight.length);
    double[] rate = new double[REPRESENTATIVES];
    int first = (int) ((long) movies.size * part / PARTS);
    int end = (int) ((long) movies.size * (part + 1) / PARTS);
    for (int i = first; i < end; i++) {
      double w = weights[i];
      if (w == 0) {
        continue;
      }
      int firstTaste = movies.taste[i];
      int secondTaste = movies.secondTaste[i];
      double sharedWeight = w * movies.breadth[i];
      double firstWeight = MovieCatalog.FIRST_TASTE * (w - sharedWeight);
      double secondWeight = (1 - MovieCatalog.FIRST_TASTE) * (w - sharedWeight);
      for (int r = 0; r < REPRESENTATIVES; r++) {
        rate[r] =
            sharedWeight
                + firstWeight * tastes[firstTaste][r]
                + secondWeight * tastes[secondTaste][r];
      }
      int firstYear = timeline.year(movies.added[i]);
      double expectedRatings = 0;
      for (int y = firstYear; y < years; y++) {
        double availableShare = 1;
        if (y == firstYear) {
          long length = timeline.start(y + 1) - timeline.start(y);
          availableShare = (double) (timeline.start(y + 1) - movies.added[i]) / length;
        }
        for (int c = y * GROUPS; c < (y + 1) * GROUPS; c++) {
          if (userWeight[c] == 0) {
            continue;
          }
          int table = c * TABLES;
          double sum;
          if (w * strongest * maxTime[c] < LINEAR) {
            sum =
                sharedWeight * timeByTaste[table + Taste.COUNT]
                    + firstWeight * timeByTaste[table + firstTaste]
                    + secondWeight * timeByTaste[table + secondTaste];
            sums.rate[table + Taste.COUNT] += availableShare * sharedWeight;
            sums.rate[table + firstTaste] += availableShare * firstWeight;
            sums.rate[table + secondTaste] += availableShare * secondWeight;
          } else {
            sum = race(rate, c * REPRESENTATIVES, availableShare, sums);
          }
          expectedRatings += userWeight[c] * availableShare * sum / REPRESENTATIVES;
        }
      }
      double target = movies.expected[i] - 1;
      weights[i] = w * Math.clamp(target / Math.max(expectedRatings, 1e-300), 0.25, 4);
    }
    return sums;
  }

  /// Adds a movie's contribution to the sums of a cell's representatives and returns how many of them
  /// choose it.
  private double race(double[] rate, int cell, double availableShare, Sums sums) {
    double expectedRatings = 0;
    for (int r = 0; r < REPRESENTATIVES; r++) {
      double x = rate[r] * time[cell + r];
      double left = decay(x);
      expectedRatings += 1 - left;
      sums.taken[cell + r] += availableShare * (1 - left);
      sums.slope[cell + r] += availableShare * x * left;
    }
    return expectedRatings;
  }

  /// Computes `exp(−x)` for `x ≥ 0` to eight digits where it matters, with basic arithmetic only: faster
  /// than `StrictMath` and as reproducible.
  private static double decay(double x) {
    double h = x / 64;
    double y = 1 / (1 + h * (1 + h * (0.5 + h * (1.0 / 6))));
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    return y * y;
  }
}
