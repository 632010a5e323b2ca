package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for items for a user.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param userId the user; may be left out when there are ratings
/// @param ratings ratings of the user, up to 10,000, to be folded in with what the model knows of them;
///     of two of one item, the request's counts
/// @param n how many items, 1 to 1,000; 10 if not given
/// @param genres one of these each item has
/// @param yearFrom no item is older, or of unknown year
/// @param yearTo no item is newer, or of unknown year
/// @param minRatings each item has that many training ratings; 0 if not given
/// @param allow only these items, up to 10,000; unknown ones are passed over
/// @param deny none of these items, up to 10,000, even if allowed
/// @param excludeSeen whether items that the user rated are left out; true if not given
/// @param explain whether to name the ratings that contributed most, by preference only those of items
///     that the user liked; false if not given
/// @param rankBy `preference`, `rating` or `popularity`; if not given, `preference` where the model has
///     ranking vectors, else `rating`
@RecordBuilder
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
  ItemFilter filter() {
    return new ItemFilter(genres, yearFrom, yearTo, minRatings, allow, deny);
  }
}
