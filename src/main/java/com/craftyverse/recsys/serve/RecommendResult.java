package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Recommended items.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user, if the request named one
/// @param source where the recommendations come from
/// @param reason why the order is by popularity, null if it is personal or the request asks for
/// popularity
/// @param rankedBy the order of the items
/// @param ignoredRatings how many ratings of the request are of unknown items; null if it sent none
/// @param candidates number of items that passed the filters
/// @param recommendations the best of them, best first: by score before clipping to the scale, then
///     by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecommendResult(
    String dataset,
    String model,
    @Nullable Id userId,
    Source source,
    @Nullable String reason,
    RankBy rankedBy,
    @Nullable Integer ignoredRatings,
    int candidates,
    List<Recommendation> recommendations) {}
