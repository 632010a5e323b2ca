package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request to search the items.
///
/// @param dataset the dataset whose current model answers; defaults to the configured one, else the
///     one published last
/// @param query words as typed, at most 200 characters: each is a prefix of a word of the title or of the
///     id, with case and accents folded. All items if it has no letter or digit
/// @param n number of items, 1 to 1,000, by default 20
/// @param offset number of matching items to skip, by default 0
/// @param genres each item has at least one of these
/// @param yearFrom excludes older items and those of unknown year
/// @param yearTo excludes newer items and those of unknown year
/// @param minRatings minimum number of training ratings per item, by default 0
/// @param allow up to 10,000 items to choose from; unknown ones are ignored
/// @param deny up to 10,000 items to exclude, even if allowed
/// @param where what each item's attributes are, by name: `{"brand": "Acme"}`, or a list of up to 100
///     values of which it has one. A text is compared as it is, a number with any spelling of it
@RecordBuilder
public record ItemsRequest(
    @Nullable String dataset,
    @Limits(maxLength = RequestLimits.MAX_QUERY) @Nullable String query,
    @Limits(
            min = 1,
            max = RequestLimits.MAX_RECOMMENDATIONS,
            byDefault = "" + RequestLimits.DEFAULT_PAGE)
        @Nullable Integer n,
    @Limits(min = 0, byDefault = "0") @Nullable Integer offset,
    @Limits(minItems = 1, maxItems = ItemFilter.MAX_GENRES) @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Limits(min = 0, byDefault = "0") @Nullable Integer minRatings,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_LISTED) @Nullable List<Id> allow,
    @Limits(maxItems = RequestLimits.MAX_LISTED) @Nullable List<Id> deny,
    @Nullable Map<String, Object> where)
    implements Request {
  ItemFilter filter() {
    return new ItemFilter(genres, yearFrom, yearTo, minRatings, allow, deny, where);
  }
}
