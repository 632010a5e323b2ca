package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Predicted ratings.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user; null for pairs and for a user without an id
/// @param ignoredRatings how many ratings of the request are of unknown items; null if it sent none
/// @param predictions one per item or pair, in the order of the request
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PredictResult(
    String dataset,
    String model,
    @Nullable Id userId,
    @Nullable Integer ignoredRatings,
    List<Prediction> predictions) {}
