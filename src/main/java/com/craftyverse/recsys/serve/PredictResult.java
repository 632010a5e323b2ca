package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How users would rate items.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user, unless the request was for pairs or for somebody without an id
/// @param ignoredRatings ratings of the request whose items the model does not know, if there were
///     ratings
/// @param predictions one for each item or pair, in the order of the request
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PredictResult(
    String dataset,
    String model,
    @Nullable Integer userId,
    @Nullable Integer ignoredRatings,
    List<Prediction> predictions) {}
