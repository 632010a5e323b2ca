package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.Rows;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The model that answers.
///
/// @param dataset its dataset
/// @param model its id
/// @param scoredModel the model that `evaluation` is of: itself, or the one whose parameters it has, if it
///     was trained once more on all rows
/// @param rows the sets of the split that it was trained on: `train`, `trainAndValidation` or `all`
/// @param kind `biased` or `dot`
/// @param published since when it answers, in UTC
/// @param trained when its training ended, in UTC, if that is on record
/// @param ageSeconds seconds since then, else since it was published
/// @param factors the length of its vectors
/// @param users users that it knows
/// @param items items that it knows
/// @param ratings ratings that it was trained on
/// @param ratingMin the lowest rating of its scale
/// @param ratingMax the highest
/// @param ratingStep the distance of neighbouring ratings, if it was declared
/// @param ranking its ranking model, if it has one
/// @param parameters what it was trained with, if that is on record
/// @param training what training came to, if that is on record
/// @param evaluation its errors on the test set, if it was evaluated
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelInfoResult(
    String dataset,
    String model,
    String scoredModel,
    Rows rows,
    String kind,
    String published,
    @Nullable String trained,
    long ageSeconds,
    int factors,
    int users,
    int items,
    long ratings,
    double ratingMin,
    double ratingMax,
    @Nullable Double ratingStep,
    @Nullable RankingCard ranking,
    @Nullable Map<String, Object> parameters,
    @Nullable Map<String, Object> training,
    @Nullable Map<String, Object> evaluation) {}
