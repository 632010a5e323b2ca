package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a user whom the model has never seen would like.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param source where the recommendations come from
/// @param reason why they are what is popular, null when they are the user's own or were not to be
/// @param rankedBy what they are ordered by
/// @param ignoredRatings ratings of the request whose items the model does not know
/// @param predictions one for each item of the request, in its order, if it named any
/// @param candidates how many items passed the filters
/// @param recommendations the best of them, the best first: by their scores before these are clipped
///     to the scale, then by item id
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
