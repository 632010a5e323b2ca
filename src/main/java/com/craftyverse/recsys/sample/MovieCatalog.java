package com.craftyverse.recsys.sample;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The movies in the order in which they entered the catalogue, which is also the order of their ids. The
/// arrays are parallel and read-only outside this class.
final class MovieCatalog {
  /// Number of latent factors.
  static final int FACTORS = 8;

  /// Standard deviation of the factor term `p · q` over random pairs of user and movie, in stars.
  private static final double FACTOR_SD = 0.46;

  /// Ratio of each factor's variance to the previous one's.
  private static final double FACTOR_DECAY = 0.35;

  /// Share of a movie's factor variance explained by its genres.
  private static final double GENRE_SHARE = 0.5;

  /// Share of a movie's taste appeal that goes to its first taste.
  static final double FIRST_TASTE = 0.8;

  /// Breadth of a typical movie that few users rate.
  private static final double MIN_BREADTH = 0.1;

  /// Increase in breadth for a movie that all users rate.
  private static final double BREADTH_BY_REACH = 0.8;

  private static final double LOG_BREADTH_SD = 0.3;
  private static final double MAX_BREADTH = 0.9;

  /// Probability that a movie has the lead genre of its first taste.
  private static final double LEADS = 0.9;

  /// Probability of the accent genre, for movies with several genres or without the lead.
  private static final double ACCENTS = 0.6;

  /// Added to the popularity-based quality, because users choose what suits them and the scale ends at five
  /// stars.
  private static final double QUALITY_SHIFT = 0.145;

  // Mean rating of a movie by its number of ratings in ml-latest.
  private static final double[] QUALITY_COUNTS = {1, 3, 7, 25, 300, 3_000, 30_000};
  private static final double[] QUALITY_MEANS = {2.88, 2.88, 2.88, 2.99, 3.16, 3.27, 3.6};

  // Share of the catalogue entered by a given decimal year.
  private static final double[] ENTERED_SHARE = {0, 0.02, 0.045, 0.1, 0.125, 0.31, 0.5, 0.71, 1};
  private static final double[] ENTERED_YEAR = {
    1993, 1995.02, 2000, 2005, 2009, 2015.2, 2017.45, 2019.9, 2023.5
  };

  /// Share of popular movies that enter as new releases. Time explains who chooses these better than taste
  /// does.
  private static final double NEW_RELEASES = 0.1;

  private static final int FULL_MOVIES = 86_537;
  private static final double SECONDS_PER_YEAR = 31_556_952;
  private static final int RANK_BITS = 20;

  final int size;
  final int[] id;
  final String[] title;
  final String[] genres;

  /// Time from which the movie can be rated, epoch seconds; not after the first rating.
  final long[] added;

  /// Expected number of ratings in the data set; 0 for a movie that nobody rates.
  final double[] expected;

  /// Mean score of the movie over random users, in stars.
  final float[] quality;

  /// `size × FACTORS`, row by row: `q`.
  final float[] factors;

  /// The two different [Taste]s that the movie serves.
  final byte[] taste;

  final byte[] secondTaste;

  /// Share, `0 … 1`, of the movie's appeal that reaches everybody, regardless of taste.
  final float[] breadth;

  private final Map<Genre, double[]> genreFactors;

  private final int users;

  MovieCatalog(SampleSpec spec, Timeline timeline) {
    size = spec.movies();
    id = new int[size];
    title = new String[size];
    genres = new String[size];
    added = new long[size];
    expected = new double[size];
    quality = new float[size];
    factors = new float[size * FACTORS];
    taste = new byte[size];
    secondTaste = new byte[size];
    breadth = new float[size];
    users = spec.users();

    double[] counts = Popularity.expectedCounts(spec);
    double stride = Popularity.ranksPerMovie(spec);
    long[] addedTimes = new long[size];
    for (int rank = 1; rank <= size; rank++) {
      SplitMix random = SplitMix.stream(spec.seed(), Streams.ENTRY, rank);
      addedTimes[rank - 1] =
          drawAddedTime(1 + (rank - 1) * stride, random) << RANK_BITS | (rank - 1);
    }
    Arrays.sort(addedTimes);

    genreFactors = genreFactors(spec.seed());
    // Movies that enter later would find too few users to rate them.
    long latest = timeline.time(0.97 * spec.arrivals());
    Titles titles = new Titles();
    SplitMix idGaps = SplitMix.stream(spec.seed(), Streams.MOVIE_ID, 0);
    int lastId = 0;
    for (int i = 0; i < size; i++) {
      int rank = (int) (addedTimes[i] & ((1 << RANK_BITS) - 1)) + 1;
      added[i] = Math.clamp(addedTimes[i] >> RANK_BITS, timeline.from(), latest);
      expected[i] = rank <= counts.length ? counts[rank - 1] : 0;
      // Ids are dense at first and sparse later, as if numbers had been assigned and not used.
      boolean dense = i < size / 10;
      lastId += dense ? 1 + idGaps.nextInt(10) / 9 : 1 + idGaps.nextInt(6);
      id[i] = lastId;
      drawTastes(i, SplitMix.stream(spec.seed(), Streams.MOVIE_TASTE, rank));
      describe(
          i, 1 + (rank - 1) * stride, SplitMix.stream(spec.seed(), Streams.MOVIE, rank), titles);
    }
  }

  /// Returns a movie's index.
  ///
  /// @throws IllegalArgumentException if there is no such movie
  int index(int movieId) {
    int index = Arrays.binarySearch(id, movieId);
    if (index < 0) {
      throw new IllegalArgumentException("no movie has the id " + movieId);
    }
    return index;
  }

  /// Returns a genre's point in factor space, with unit variance over the genres.
  double[] genreFactors(Genre genre) {
    return Objects.requireNonNull(genreFactors.get(genre));
  }

  /// Returns the number of movies that have entered by a time. They are the first ones.
  int countAddedBy(long time) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (added[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Returns when a movie of a given popularity rank enters, in epoch seconds, possibly before the service
  /// began. Popular movies tend to enter early; some are new releases of a later year.
  private static long drawAddedTime(double rank, SplitMix random) {
    double newest = 1998 + 2 * StrictMath.log(rank);
    double year;
    if (rank <= 8_000 && random.nextDouble() < NEW_RELEASES) {
      year = 1995.5 + random.nextDouble() * (newest - 1995.5);
    } else {
      double share = rank * StrictMath.exp(random.nextGaussian()) / FULL_MOVIES;
      if (share >= 1) {
        share = 0.3 + 0.7 * random.nextDouble();
      }
      year = interpolate(ENTERED_SHARE, ENTERED_YEAR, share);
    }
    return (long) ((year - 1970) * SECONDS_PER_YEAR);
  }

  private void drawTastes(int i, SplitMix random) {
    taste[i] = (byte) random.nextInt(Taste.COUNT);
    secondTaste[i] = (byte) ((taste[i] + 1 + random.nextInt(Taste.COUNT - 1)) % Taste.COUNT);
    double reach = expected[i] / users;
    double typical = MIN_BREADTH + BREADTH_BY_REACH * reach;
    double ownShare = typical * StrictMath.exp(LOG_BREADTH_SD * random.nextGaussian());
    breadth[i] = (float) Math.min(ownShare, MAX_BREADTH);
  }

  private void describe(int i, double rank, SplitMix random, Titles titles) {
    int year = releaseYear(i, random);
    title[i] = titles.next(random, year);
    double fullCount = Popularity.fullCount(rank);
    boolean unknown = rank > 20_000 && random.nextDouble() < 0.1;
    Set<Genre> genreSet = unknown ? EnumSet.noneOf(Genre.class) : drawGenres(i, random, year);
    genres[i] = genreNames(genreSet);
    double[] shared = new double[FACTORS];
    double genreQuality = 0;
    for (Map.Entry<Genre, double[]> entry : genreFactors.entrySet()) {
      if (genreSet.contains(entry.getKey())) {
        genreQuality += entry.getKey().quality / genreSet.size();
        for (int f = 0; f < FACTORS; f++) {
          shared[f] += entry.getValue()[f] / Math.sqrt(genreSet.size());
        }
      }
    }
    double sd = fullCount >= 10_000 ? 0.37 : 0.49;
    quality[i] =
        (float) (quality(fullCount) + QUALITY_SHIFT + genreQuality + sd * random.nextGaussian());
    for (int f = 0; f < FACTORS; f++) {
      double ownShare = random.nextGaussian();
      double mixed =
          unknown
              ? ownShare
              : Math.sqrt(GENRE_SHARE) * shared[f] + Math.sqrt(1 - GENRE_SHARE) * ownShare;
      factors[i * FACTORS + f] = (float) (factorSd(f) * mixed);
    }
  }

  private int releaseYear(int i, SplitMix random) {
    boolean launch = Timeline.yearOf(added[i]) <= 1996;
    double recent = random.nextDouble();
    double spread = random.nextDouble();
    double old = random.nextGaussian();
    if (recent < (launch ? 0.6 : 0.5)) {
      double years = launch ? 5 * spread : 0.6 * spread;
      return Timeline.yearOf(added[i] - (long) (years * SECONDS_PER_YEAR));
    }
    double age = 1 + StrictMath.exp(2.6 + 0.8 * old);
    return Math.max(1903, Timeline.yearOf(added[i]) - (int) Math.min(age, 100));
  }

  private Set<Genre> drawGenres(int i, SplitMix random, int year) {
    double expectedGenres = random.nextDouble();
    int genreCount =
        expectedGenres < 0.38 ? 1 : expectedGenres < 0.72 ? 2 : expectedGenres < 0.93 ? 3 : 4;
    double total = 0;
    for (Genre genre : Genre.values()) {
      total += genre.frequency;
    }
    Set<Genre> set = EnumSet.noneOf(Genre.class);
    Taste first = Taste.values()[taste[i]];
    boolean leads = random.nextDouble() < LEADS && first.lead.existsIn(year);
    if (leads) {
      set.add(first.lead);
    }
    if (random.nextDouble() < ACCENTS
        && (!leads || genreCount > 1)
        && first.accent.existsIn(year)) {
      set.add(first.accent);
    }
    while (set.size() < genreCount) {
      double point = random.nextDouble() * total;
      for (Genre genre : Genre.values()) {
        point -= genre.frequency;
        if (point < 0) {
          if (genre.existsIn(year)) {
            set.add(genre);
          }
          break;
        }
      }
    }
    return set;
  }

  private static String genreNames(Set<Genre> genreSet) {
    StringBuilder names = new StringBuilder();
    for (Genre genre : genreSet) {
      names.append(names.isEmpty() ? "" : "|").append(genre.label);
    }
    return names.isEmpty() ? Genre.NONE : names.toString();
  }

  /// Draws a point in factor space for each genre, with unit variance and centered over the movies, so that
  /// a taste in genres does not raise the liking of movies in general.
  private static Map<Genre, double[]> genreFactors(long seed) {
    Map<Genre, double[]> points = new EnumMap<>(Genre.class);
    for (Genre genre : Genre.values()) {
      points.put(genre, new double[FACTORS]);
    }
    for (int f = 0; f < FACTORS; f++) {
      int factor = f;
      SplitMix random = SplitMix.stream(seed, Streams.GENRE, factor);
      points.values().forEach(point -> point[factor] = random.nextGaussian());
      double mean = genreMean(points, factor, 1);
      points.values().forEach(point -> point[factor] -= mean);
      double sd = Math.sqrt(genreMean(points, factor, 2));
      points.values().forEach(point -> point[factor] /= sd);
    }
    return points;
  }

  /// Returns the frequency-weighted mean of a factor, or of its square, over the genres.
  private static double genreMean(Map<Genre, double[]> points, int factor, int power) {
    double sum = 0;
    double weight = 0;
    for (Map.Entry<Genre, double[]> entry : points.entrySet()) {
      double value = entry.getValue()[factor];
      sum += entry.getKey().frequency * (power == 1 ? value : value * value);
      weight += entry.getKey().frequency;
    }
    return sum / weight;
  }

  private static double factorSd(int factor) {
    double sum = 0;
    double ownShare = 1;
    double share = 1;
    for (int f = 0; f < FACTORS; f++) {
      if (f == factor) {
        ownShare = share;
      }
      sum += share;
      share *= FACTOR_DECAY;
    }
    return FACTOR_SD * Math.sqrt(ownShare / sum);
  }

  private static double quality(double fullCount) {
    double[] logs = new double[QUALITY_COUNTS.length];
    for (int k = 0; k < logs.length; k++) {
      logs[k] = StrictMath.log(QUALITY_COUNTS[k]);
    }
    return interpolate(logs, QUALITY_MEANS, StrictMath.log(fullCount));
  }

  /// Interpolates linearly between the knots; constant outside them.
  private static double interpolate(double[] xs, double[] ys, double x) {
    if (x <= xs[0]) {
      return ys[0];
    }
    for (int k = 1; k < xs.length; k++) {
      if (x < xs[k]) {
        return ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / (xs[k] - xs[k - 1]);
      }
    }
    return ys[ys.length - 1];
  }
}
