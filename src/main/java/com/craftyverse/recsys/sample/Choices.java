package com.craftyverse.recsys.sample;

import java.util.stream.IntStream;

/// Which movies users pick: a weight for each movie, and a table for each year to draw from in
/// constant time.
///
/// A user takes distinct movies, each next one with probability proportional to its weight. A
/// popular movie therefore needs more than its share of weight, because a heavy user can take it
/// only once. Seen as a race, where movie `i` is taken when a clock of rate `w_i` rings and a user
/// who takes `d` movies stops at the time `t(d)`, a user takes movie `i` with probability `1 −
/// exp(−w_i t)`. The weights are solved for by turns: `t` for each group of users, so that they
/// take `d` movies, and `w` for each movie, so that it is taken as often as it should be.
final class Choices {
  private static final int GROUPS = 10;
  private static final int TURNS = 24;

  /// The movies are summed over in this many parts, side by side, whatever the number of threads.
  private static final int PARTS = 32;

  final double[] weight;

  private final int[] entered;
  private final int[][] alias;
  private final int[][] threshold;

  Choices(SampleSpec spec, Timeline timeline, Catalogue movies, Users users) {
    int years = timeline.years();
    entered = new int[years];
    for (int y = 0; y < years; y++) {
      entered[y] = movies.enteredBy(timeline.start(y + 1));
    }
    weight = solve(spec, timeline, movies, users);
    alias = new int[years][];
    threshold = new int[years][];
    IntStream.range(0, years).parallel().forEach(this::fillTable);
  }

  /// Draws a movie by weight among those that enter before the end of a year (counted from 0).
  int draw(SplitMix random, int year) {
    int[] limits = threshold[year];
    long bits = random.nextLong();
    int column = (int) (((bits >>> 32) * limits.length) >>> 32);
    boolean own = Integer.compareUnsigned((int) bits, limits[column]) < 0;
    return own ? column : alias[year][column];
  }

  private double[] solve(SampleSpec spec, Timeline timeline, Catalogue movies, Users users) {
    int years = timeline.years();
    int cells = years * GROUPS;
    // The users who take movies in a year, and how many each of them takes in a life.
    double[] people = new double[cells];
    double[] taken = new double[cells];
    Users.Plan plan = new Users.Plan();
    for (int u = 0; u < users.size; u++) {
      users.plan(u, SplitMix.stream(spec.seed(), Streams.EVENTS, u), plan);
      int group = group(users.count[u]);
      for (int s = 0; s < plan.sessions; s++) {
        int cell = timeline.year(plan.start[s]) * GROUPS + group;
        people[cell] += (double) plan.ratings[s] / users.count[u];
        taken[cell] += plan.ratings[s];
      }
    }
    for (int c = 0; c < cells; c++) {
      taken[c] = people[c] > 0 ? taken[c] / people[c] : 0;
    }

    double[] weights = new double[movies.size];
    double all = 0;
    for (int i = 0; i < movies.size; i++) {
      // The first rating of each movie is given away elsewhere.
      weights[i] = Math.max(0, movies.expected[i] - 1);
      all += weights[i];
    }
    double[] time = new double[cells];
    for (int c = 0; c < cells; c++) {
      time[c] = taken[c] / Math.max(all, 1e-300);
    }
    for (int turn = 0; turn < TURNS; turn++) {
      double[][] sums = new double[PARTS][];
      IntStream.range(0, PARTS)
          .parallel()
          .forEach(part -> sums[part] = turn(part, timeline, movies, people, time, weights));
      for (int c = 0; c < cells; c++) {
        double sum = 0;
        double slope = 0;
        for (double[] part : sums) {
          sum += part[c];
          slope += part[cells + c];
        }
        if (people[c] > 0 && slope > 0) {
          // Newton's step for ln t, held back where the movies of a year are nearly used up.
          time[c] *= StrictMath.exp(Math.clamp((taken[c] - sum) / slope, -1.0, 1.0));
        }
      }
    }
    return weights;
  }

  /// Up to 31 ratings, up to 63, and so on by powers of two.
  private static int group(int ratings) {
    return Math.clamp(27 - Integer.numberOfLeadingZeros(ratings), 0, GROUPS - 1);
  }

  /// One turn over a part of the movies: sets their weights, and returns for each cell the number
  /// of movies that a user takes and its derivative by the logarithm of the time.
  private double[] turn(
      int part,
      Timeline timeline,
      Catalogue movies,
      double[] people,
      double[] time,
      double[] weights) {
    int years = timeline.years();
    int cells = people.length;
    double[] sums = new double[2 * cells];
    double[] share = new double[2];
    int first = (int) ((long) movies.size * part / PARTS);
    int end = (int) ((long) movies.size * (part + 1) / PARTS);
    for (int i = first; i < end; i++) {
      double w = weights[i];
      if (w == 0) {
        continue;
      }
      int enters = timeline.year(movies.added[i]);
      double takers = 0;
      for (int y = enters; y < years; y++) {
        double open = 1;
        if (y == enters) {
          long length = timeline.start(y + 1) - timeline.start(y);
          open = (double) (timeline.start(y + 1) - movies.added[i]) / length;
        }
        for (int c = y * GROUPS; c < (y + 1) * GROUPS; c++) {
          if (people[c] > 0) {
            race(w * time[c], share);
            takers += people[c] * open * share[0];
            sums[c] += open * share[0];
            sums[cells + c] += open * share[1];
          }
        }
      }
      double wanted = movies.expected[i] - 1;
      weights[i] = w * Math.clamp(wanted / Math.max(takers, 1e-300), 0.25, 4);
    }
    return sums;
  }

  /// `1 − exp(−x)` and `x exp(−x)`.
  private static void race(double x, double[] result) {
    if (x < 0.01) {
      result[0] = x * (1 - x / 2);
      result[1] = x * (1 - x);
    } else {
      double left = StrictMath.exp(-x);
      result[0] = 1 - left;
      result[1] = x * left;
    }
  }

  /// Walker's alias table, in Vose's way.
  private void fillTable(int year) {
    int size = entered[year];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weight[i];
    }
    double[] share = new double[size];
    int[] small = new int[size];
    int[] large = new int[size];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < size; i++) {
      share[i] = sum > 0 ? weight[i] * size / sum : 1;
      if (share[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    int[] limits = new int[size];
    int[] others = new int[size];
    while (smalls > 0 && larges > 0) {
      int low = small[--smalls];
      int high = large[larges - 1];
      limits[low] = (int) (long) (share[low] * 0x1.0p32);
      others[low] = high;
      share[high] -= 1 - share[low];
      if (share[high] < 1) {
        larges--;
        small[smalls++] = high;
      }
    }
    // What is left is full but for rounding.
    while (larges > 0) {
      int full = large[--larges];
      limits[full] = -1;
      others[full] = full;
    }
    while (smalls > 0) {
      int full = small[--smalls];
      limits[full] = -1;
      others[full] = full;
    }
    threshold[year] = limits;
    alias[year] = others;
  }
}
