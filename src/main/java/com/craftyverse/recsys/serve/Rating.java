package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import org.jspecify.annotations.Nullable;

/// A rating sent with a request.
///
/// @param itemId the item
/// @param rating on the scale of the dataset
public record Rating(
    @Limits(required = true) @Nullable Id itemId,
    @Limits(required = true) @Nullable Float rating) {}
