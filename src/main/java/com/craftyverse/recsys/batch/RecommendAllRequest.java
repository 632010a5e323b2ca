package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.serve.ItemFilter;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RequestLimits;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request for the recommendations of many users.
///
/// @param dataset the dataset whose current model recommends; defaults to the configured one, else
///     the one published last
/// @param manifest the key of a model's manifest, in place of `dataset`; the model need not be
///     published
/// @param users the users, up to 10,000; all users of the model by default
/// @param usersFile the key of a file below `batches/` with one user id a line, in place of `users`
/// @param n number of items for each user, 1 to 1,000, by default 10
/// @param genres each item has at least one of these
/// @param yearFrom excludes older items and those of unknown year
/// @param yearTo excludes newer items and those of unknown year
/// @param minRatings minimum number of training ratings per item, by default 0
/// @param allow up to 10,000 items to choose from; unknown ones are ignored
/// @param deny up to 10,000 items to exclude, even if allowed
/// @param where what each item's attributes are, by name: `{"brand": "Acme"}`, or a list of up to 100
///     values of which it has one. A text is compared as it is, a number with any spelling of it
/// @param excludeSeen whether to exclude items that the user rated, by default true
/// @param rankBy `preference` or `rating`; by default `preference` if the model has ranking
///     vectors, else `rating`
/// @param maxSeconds time limit of one call, above 0. A call that needs longer answers `resumable`
///     after at least one part, and the same request continues; does not affect the files
/// @param threads 1 to 64; by default the number of processors. Does not affect the files
@RecordBuilder
public record RecommendAllRequest(
    @Nullable String dataset,
    @Nullable String manifest,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_LISTED) @Nullable List<Id> users,
    @Nullable String usersFile,
    @Limits(
            min = 1,
            max = RequestLimits.MAX_RECOMMENDATIONS,
            byDefault = "" + RequestLimits.DEFAULT_RECOMMENDATIONS)
        @Nullable Integer n,
    @Limits(minItems = 1, maxItems = ItemFilter.MAX_GENRES) @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Limits(min = 0, byDefault = "0") @Nullable Integer minRatings,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_LISTED) @Nullable List<Id> allow,
    @Limits(maxItems = RequestLimits.MAX_LISTED) @Nullable List<Id> deny,
    @Nullable Map<String, Object> where,
    @Limits(byDefault = "true") @Nullable Boolean excludeSeen,
    @Nullable RankBy rankBy,
    @Limits(min = 0, max = Execution.MAX_SECONDS, bounds = Limits.Bounds.ABOVE_MIN)
        @Nullable Double maxSeconds,
    @Limits(min = 1, max = Execution.MAX_THREADS) @Nullable Integer threads)
    implements Request {
  ItemFilter filter() {
    return new ItemFilter(genres, yearFrom, yearTo, minRatings, allow, deny, where);
  }
}
