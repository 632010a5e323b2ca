package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for the movies nearest to a movie.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param movieId the movie
/// @param n how many movies, 1 to 1,000; 10 if not given
/// @param genres one of these each movie has
/// @param yearFrom no movie is older, or of unknown year
/// @param yearTo no movie is newer, or of unknown year
/// @param minRatings each movie has that many training ratings; 0 if not given
/// @param allow only these movies, up to 10,000; unknown ones are passed over
/// @param deny none of these movies, up to 10,000, even if allowed
public record SimilarRequest(
    @Nullable String dataset,
    @Nullable Integer movieId,
    @Nullable Integer n,
    @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Nullable Integer minRatings,
    @Nullable List<Integer> allow,
    @Nullable List<Integer> deny)
    implements Request {
  MovieFilter filter() {
    return new MovieFilter(genres, yearFrom, yearTo, minRatings, allow, deny);
  }
}
