package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request for what a user rated.
///
/// @param dataset the dataset whose current model answers; defaults to the configured one, else the
///     one published last
/// @param userId the user
/// @param n number of ratings, 1 to 1,000, by default 20
/// @param offset number of newer ratings to skip, by default 0
public record HistoryRequest(
    @Nullable String dataset,
    @Limits(required = true) @Nullable Id userId,
    @Limits(
            min = 1,
            max = RequestLimits.MAX_RECOMMENDATIONS,
            byDefault = "" + RequestLimits.DEFAULT_PAGE)
        @Nullable Integer n,
    @Limits(min = 0, byDefault = "0") @Nullable Integer offset)
    implements Request {}
