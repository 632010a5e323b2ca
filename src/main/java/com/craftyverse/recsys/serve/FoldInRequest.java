package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for predictions and recommendations for a user whom the model has never seen, from their ratings.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param ratings the user's ratings, up to 10,000
/// @param itemIds items to predict ratings of, up to 1,000; none if not given
/// @param n how many items to recommend, 1 to 1,000; 10 if not given
/// @param genres one of these each recommended item has
/// @param yearFrom no recommended item is older, or of unknown year
/// @param yearTo no recommended item is newer, or of unknown year
/// @param minRatings each recommended item has that many training ratings; 0 if not given
/// @param allow only these items are recommended, up to 10,000; unknown ones are passed over
/// @param deny none of these items, up to 10,000, even if allowed
/// @param excludeSeen whether items that the user rated are left out; true if not given
/// @param explain whether to name the ratings that contributed most, by preference only those of items
///     that the user liked; false if not given
/// @param rankBy `preference`, `rating` or `popularity`; if not given, `preference` where the model has
///     ranking vectors, else `rating`
@RecordBuilder
public record FoldInRequest(
    @Nullable String dataset,
    @Nullable List<Rating> ratings,
    @Nullable List<Integer> itemIds,
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
