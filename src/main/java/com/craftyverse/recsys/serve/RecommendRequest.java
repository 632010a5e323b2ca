package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for movies for a user.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param userId the user; may be left out when there are ratings
/// @param ratings ratings of the user, up to 10,000, to be folded in with what the model knows of them;
///     of two of one movie, the request's counts
/// @param n how many movies, 1 to 1,000; 10 if not given
/// @param genres one of these each movie has
/// @param yearFrom no movie is older, or of unknown year
/// @param yearTo no movie is newer, or of unknown year
/// @param minRatings each movie has that many training ratings; 0 if not given
/// @param allow only these movies, up to 10,000; unknown ones are passed over
/// @param deny none of these movies, up to 10,000, even if allowed
/// @param excludeSeen whether movies that the user rated are left out; true if not given
/// @param explain whether to name the ratings that contributed most, by preference only those of movies
///     that the user liked; false if not given
/// @param rankBy `preference`, `rating` or `popularity`; if not given, `preference` where the model has
///     ranking vectors, else `rating`
public record RecommendRequest(
    @Nullable String dataset,
    @Nullable Integer userId,
    @Nullable List<Rating> ratings,
    @Nullable Integer n,
    @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Nullable Integer minRatings,
    @Nullable List<Integer> allow,
    @Nullable List<Integer> deny,
    @Nullable Boolean excludeSeen,
    @Nullable Boolean explain,
    @Nullable RankBy rankBy)
    implements Request {
  MovieFilter filter() {
    return new MovieFilter(genres, yearFrom, yearTo, minRatings, allow, deny);
  }
}
