package com.craftyverse.recsys.serve;

import org.jspecify.annotations.Nullable;

/// A rating that comes with a request.
///
/// @param movieId the movie
/// @param rating on the scale of the dataset
public record Rating(@Nullable Integer movieId, @Nullable Float rating) {}
