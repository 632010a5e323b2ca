package com.craftyverse.recsys.predict;

import com.craftyverse.recsys.step.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks how a user would rate some movies.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param userId the user
/// @param movieIds the movies, up to 1,000
public record PredictRequest(
    @Nullable String dataset, @Nullable Integer userId, @Nullable List<Integer> movieIds)
    implements Request {}
