package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The movies that a user would rate highest.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user, if the request named one
/// @param source where the ratings come from
/// @param reason why they are a fallback, null when they are not
/// @param ignoredRatings ratings of the request whose movies the model does not know, if there were
///     ratings
/// @param candidates how many movies passed the filters
/// @param recommendations the best of them, the best first, equals by movie id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecommendResult(
    String dataset,
    String model,
    @Nullable Integer userId,
    Source source,
    @Nullable String reason,
    @Nullable Integer ignoredRatings,
    int candidates,
    List<Recommendation> recommendations) {}
