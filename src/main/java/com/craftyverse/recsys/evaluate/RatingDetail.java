package com.craftyverse.recsys.evaluate;

import java.util.List;
import java.util.Map;

/// Where a rating model errs. Empty bands and bins are left out.
///
/// @param differences RMSE of the model minus that of `globalMean`, `itemMean` and `biases`, on the same
///     ratings, with a 95 % interval over users. The model is better if the whole interval is below 0
/// @param byActivity by the number of ratings that were known of the user
/// @param byPopularity by the number of training ratings of the item
/// @param byTime by month in UTC, or by year if the set covers more than 60 months; empty without times
/// @param calibration by tenths of the scale
public record RatingDetail(
    Map<String, Interval> differences,
    List<RatingBand> byActivity,
    List<RatingBand> byPopularity,
    List<RatingBand> byTime,
    List<CalibrationBin> calibration) {}
