package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import org.jspecify.annotations.Nullable;

/// A rating sent with a request, or a choice where the dataset has choices without ratings.
///
/// @param itemId the item
/// @param rating on the scale of the dataset; required where there are ratings, refused where there are only
///     choices
/// @param amount of a choice, such as how often the item was bought: a number above 0, by default 1; refused
///     where there are ratings
public record Rating(
    @Limits(required = true) @Nullable Id itemId,
    @Nullable Float rating,
    @Limits(min = 0, bounds = Limits.Bounds.ABOVE_MIN) @Nullable Float amount) {
  /// Creates a rating.
  public Rating(Id itemId, float rating) {
    this(itemId, rating, null);
  }
}
