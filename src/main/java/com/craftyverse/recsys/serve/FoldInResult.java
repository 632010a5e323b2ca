package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Predictions and recommendations for an unknown user.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param source where the recommendations come from
/// @param reason why the order is by popularity, null if it is personal or the request asks for
/// popularity
/// @param rankedBy the order of the recommendations
/// @param ignoredRatings how many ratings of the request are of unknown items
/// @param predictions one per item of the request, in its order, if it named any
/// @param candidates number of items that passed the filters
/// @param recommendations the best of them, best first: by score before clipping to the scale, then
///     by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FoldInResult(
    String dataset,
    String model,
    Source source,
    @Nullable String reason,
    RankBy rankedBy,
    int ignoredRatings,
    @Nullable List<Prediction> predictions,
    int candidates,
    List<Recommendation> recommendations) {}
