package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for the items that most users chose.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param n how many items, 1 to 1,000; 10 if not given
/// @param period `recent`, the last fifth of the training ratings in time, or `all`; `recent` if not
///     given
/// @param genres one of these each item has
/// @param yearFrom no item is older, or of unknown year
/// @param yearTo no item is newer, or of unknown year
/// @param minRatings each item has that many training ratings; 0 if not given
/// @param allow only these items, up to 10,000; unknown ones are passed over
/// @param deny none of these items, up to 10,000, even if allowed
@RecordBuilder
public record PopularRequest(
    @Nullable String dataset,
    @Nullable Integer n,
    @Nullable Period period,
    @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Nullable Integer minRatings,
    @Nullable List<Integer> allow,
    @Nullable List<Integer> deny)
    implements Request {
  ItemFilter filter() {
    return new ItemFilter(genres, yearFrom, yearTo, minRatings, allow, deny);
  }
}
