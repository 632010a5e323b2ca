package com.craftyverse.recsys.sample;

import java.util.Arrays;
import java.util.stream.IntStream;

/// The choice model: which movies users choose.
///
/// A user's preference for a movie is weight × liking. The weight makes the movie as popular as its target
/// (see [WeightSolver]). The liking is how well the user's tastes match the movie's:
/// ```
/// liking = breadth + (1 − breadth) × (0.8 × taste(user, first) + 0.2 × taste(user, second))
/// ```
///
/// A user chooses distinct movies from the catalogue, each with probability proportional to the preference
/// (Plackett 1975, Luce 1959). The preference is a sum, so the distribution is a mixture of one component
/// for the breadth and one per taste. An alias table per component and year gives draws in constant time
/// (Walker 1977): a draw costs the same for 80,000 movies as for a hundred.
final class Choices {
  /// Number of tables per year: one per taste and one for everybody.
  static final int TABLES = Taste.COUNT + 1;

  final double[] weight;

  private final MovieCatalog movies;
  private final Users users;
  private final Table[] tables = new Table[TABLES];

  Choices(SampleSpec spec, Timeline timeline, MovieCatalog movies, Users users) {
    this.movies = movies;
    this.users = users;
    weight = WeightSolver.solve(spec, timeline, movies, users);
    int[] available = new int[timeline.years()];
    for (int y = 0; y < available.length; y++) {
      available[y] = movies.countAddedBy(timeline.start(y + 1));
    }
    IntStream.range(0, TABLES).parallel().forEach(k -> tables[k] = table(k, available));
  }

  /// Returns how much likelier a user is to choose a movie than an average user.
  double liking(int user, int movie) {
    return users.liking(user, movies, movie);
  }

  /// Returns the movie's weight times the user's liking.
  double preference(int user, int movie) {
    return weight[movie] * liking(user, movie);
  }

  /// Computes cumulative sums of the user's preferences, table by table, over the movies that enter before
  /// the end of a year (counted from 0).
  ///
  /// @param cumulative receives `TABLES` sums; the last one is the total
  void sum(int user, int year, double[] cumulative) {
    double sum = tables[Taste.COUNT].mass[year];
    cumulative[0] = sum;
    for (int k = 0; k < Taste.COUNT; k++) {
      sum += users.tastes[user * Taste.COUNT + k] * tables[k].mass[year];
      cumulative[k + 1] = sum;
    }
  }

  /// Draws a movie by preference among those that enter before the end of a year.
  ///
  /// @param cumulative as computed by [#sum]
  int draw(SplitMix random, int year, double[] cumulative) {
    double point = random.nextDouble() * cumulative[TABLES - 1];
    int k = 0;
    while (k < TABLES - 1 && cumulative[k] <= point) {
      k++;
    }
    return tables[k == 0 ? Taste.COUNT : k - 1].draw(random, year);
  }

  private Table table(int k, int[] available) {
    int[] members = new int[movies.size];
    double[] parts = new double[movies.size];
    int size = 0;
    for (int i = 0; i < movies.size; i++) {
      double part = part(k, i);
      if (part > 0) {
        members[size] = i;
        parts[size++] = part;
      }
    }
    return new Table(Arrays.copyOf(members, size), Arrays.copyOf(parts, size), available);
  }

  /// Returns a movie's weight in the table of a taste, or of everybody.
  private double part(int k, int movie) {
    double breadth = movies.breadth[movie];
    if (k == Taste.COUNT) {
      return weight[movie] * breadth;
    }
    double share = 0;
    if (movies.taste[movie] == k) {
      share = MovieCatalog.FIRST_TASTE;
    } else if (movies.secondTaste[movie] == k) {
      share = 1 - MovieCatalog.FIRST_TASTE;
    }
    return weight[movie] * (1 - breadth) * share;
  }

  /// Movies with weights, to draw from by year.
  private static final class Table {
    /// The total weight of the movies that enter before the end of each year.
    final double[] mass;

    private final int[] members;
    private final int[][] alias;
    private final int[][] threshold;

    Table(int[] members, double[] parts, int[] available) {
      this.members = members;
      mass = new double[available.length];
      alias = new int[available.length][];
      threshold = new int[available.length][];
      for (int y = 0; y < available.length; y++) {
        int found = Arrays.binarySearch(members, available[y]);
        int size = found < 0 ? -found - 1 : found;
        for (int j = 0; j < size; j++) {
          mass[y] += parts[j];
        }
        fill(y, size, parts);
      }
    }

    int draw(SplitMix random, int year) {
      int[] limits = threshold[year];
      long bits = random.nextLong();
      int column = (int) (((bits >>> 32) * limits.length) >>> 32);
      boolean personal = Integer.compareUnsigned((int) bits, limits[column]) < 0;
      return members[personal ? column : alias[year][column]];
    }

    /// Builds Walker's alias table by Vose's method.
    private void fill(int year, int size, double[] parts) {
      double[] share = new double[size];
      int[] small = new int[size];
      int[] large = new int[size];
      int smalls = 0;
      int larges = 0;
      for (int j = 0; j < size; j++) {
        share[j] = parts[j] * size / mass[year];
        if (share[j] < 1) {
          small[smalls++] = j;
        } else {
          large[larges++] = j;
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
      // The remaining entries are full up to rounding.
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
}
