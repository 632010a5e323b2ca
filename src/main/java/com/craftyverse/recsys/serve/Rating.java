package com.craftyverse.recsys.serve;

import org.jspecify.annotations.Nullable;

/// A rating sent with a request.
///
/// @param itemId the item
/// @param rating on the scale of the dataset
public record Rating(@Nullable Integer itemId, @Nullable Float rating) {}
