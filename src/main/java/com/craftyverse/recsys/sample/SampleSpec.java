package com.craftyverse.recsys.sample;

import java.time.Instant;

/// The parameters of a generated data set. Equal specs give equal data, bit for bit.
///
/// @param name the dataset's name and the directory inside the zip: letters, digits, `.`, `_`, `-`
/// @param seed any number; a different seed gives different users and movies
/// @param users number of users, ids `1 … users`, each with at least one rating
/// @param ratedMovies number of movies with at least one rating
/// @param movies number of movies in `movies.csv`, rated or not
/// @param ratings exact number of ratings
/// @param from earliest timestamp, epoch seconds, not before MovieLens' own (1995-01-09)
/// @param to latest timestamp, epoch seconds
/// @param arrivals share, `0 … 1`, of the span's activity after which no more users arrive
///   (MovieLens: 1)
/// @param returning share of users, `0 … 1`, who return after their first session (MovieLens: 0.45)
/// @param lifetimeDays median number of days between the first and last rating of returning users
///     (MovieLens: 60)
public record SampleSpec(
    String name,
    long seed,
    int users,
    int ratedMovies,
    int movies,
    int ratings,
    long from,
    long to,
    double arrivals,
    double returning,
    double lifetimeDays) {

  private static final long MOVIELENS_FROM = Instant.parse("1995-01-09T11:46:44Z").getEpochSecond();
  private static final long MOVIELENS_TO = Instant.parse("2023-07-20T08:53:33Z").getEpochSecond();
  private static final double MOVIELENS_RETURNING = 0.45;
  private static final double MOVIELENS_LIFETIME_DAYS = 60;
  private static final int MAX_USERS = 1 << 24;
  private static final int MAX_MOVIES = 1 << 20;

  /// Validates every parameter.
  ///
  /// @throws IllegalArgumentException naming the first invalid parameter
  public SampleSpec {
    check(
        name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}"),
        "name must be 1 to 100 letters, digits, '.', '_' or '-', and start with a letter or digit");
    check(users >= 1 && users <= MAX_USERS, "users must be 1 to " + MAX_USERS + ", not " + users);
    check(
        movies >= 1 && movies <= MAX_MOVIES,
        "movies must be 1 to " + MAX_MOVIES + ", not " + movies);
    check(
        ratedMovies >= 1 && ratedMovies <= movies,
        "rated movies must be 1 to the number of movies (" + movies + "), not " + ratedMovies);
    check(
        ratings >= users && ratings / 2 >= ratedMovies,
        "ratings must be at least one per user and two per rated movie ("
            + Math.max(users, 2L * ratedMovies)
            + "), not "
            + ratings);
    check(
        from >= MOVIELENS_FROM && to <= 0xffff_ffffL,
        "times must be epoch seconds from " + MOVIELENS_FROM + " (1995-01-09) on and before 2106");
    check(to - from >= 86_400L * 30, "the span from " + from + " to " + to + " is under 30 days");
    check(arrivals >= 0.1 && arrivals <= 1, "arrivals must be 0.1 to 1, not " + arrivals);
    check(returning >= 0 && returning <= 1, "returning must be 0 to 1, not " + returning);
    check(
        lifetimeDays > 0 && lifetimeDays <= 36_500,
        "lifetimeDays must be more than 0 and at most 36500, not " + lifetimeDays);
  }

  /// Returns the spec of the shipped sample: 800 users who return far more often than real ones, so that a
  /// split by time leaves enough known users to train and test on.
  public static SampleSpec sample() {
    return new SampleSpec(
        "craftyverse-sample",
        1,
        800,
        2_500,
        2_600,
        100_000,
        Instant.parse("1996-03-29T18:36:55Z").getEpochSecond(),
        Instant.parse("2018-09-24T14:27:30Z").getEpochSecond(),
        0.86,
        0.95,
        4_000);
  }

  /// Returns the size and shape of ml-latest of July 2023.
  public static SampleSpec full() {
    return new SampleSpec(
        "craftyverse-full",
        1,
        330_975,
        Popularity.FULL_RATED_MOVIES,
        86_537,
        Popularity.FULL_RATINGS,
        MOVIELENS_FROM,
        MOVIELENS_TO,
        1,
        MOVIELENS_RETURNING,
        MOVIELENS_LIFETIME_DAYS);
  }

  /// Returns the shape of [#full] at another size, as if its users had been sampled.
  ///
  /// @param ratings exact number of ratings, at least 1,000
  public static SampleSpec ofRatings(String name, long seed, int ratings) {
    check(ratings >= 1_000, "ratings must be at least 1000, not " + ratings);
    SampleSpec full = full();
    int users = (int) Math.max(1, (long) ratings * full.users / full.ratings);
    int rated = Popularity.ratedMoviesAt(ratings);
    int movies = rated + rated / 25;
    return new SampleSpec(
        name,
        seed,
        users,
        rated,
        movies,
        ratings,
        full.from,
        full.to,
        full.arrivals,
        full.returning,
        full.lifetimeDays);
  }

  /// Returns this spec with other numbers of users and movies.
  SampleSpec withSize(int newUsers, int newRatedMovies, int newMovies) {
    return new SampleSpec(
        name,
        seed,
        newUsers,
        newRatedMovies,
        newMovies,
        ratings,
        from,
        to,
        arrivals,
        returning,
        lifetimeDays);
  }

  /// Returns this spec with another name and seed.
  SampleSpec named(String newName, long newSeed) {
    return new SampleSpec(
        newName,
        newSeed,
        users,
        ratedMovies,
        movies,
        ratings,
        from,
        to,
        arrivals,
        returning,
        lifetimeDays);
  }

  private static void check(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
