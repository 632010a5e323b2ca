package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request to predict ratings, either of one user for several items or of user-item pairs.
///
/// @param dataset the dataset whose current model answers; defaults to the configured one, else the
///     one published last
/// @param userId the user
/// @param itemIds the items, up to 1,000
/// @param pairs up to 1,000 pairs of up to 100 users, instead of `userId` and `itemIds`
/// @param ratings up to 10,000 ratings of the user, folded in with those that the model knows; not
///     allowed with pairs
@RecordBuilder
public record PredictRequest(
    @Nullable String dataset,
    @Nullable Id userId,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_PREDICTIONS) @Nullable List<Id> itemIds,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_PREDICTIONS) @Nullable List<Pair> pairs,
    @Limits(minItems = 1, maxItems = RequestLimits.MAX_RATINGS) @Nullable List<Rating> ratings)
    implements Request {
  /// A user and an item.
  ///
  /// @param userId the user
  /// @param itemId the item
  public record Pair(
      @Limits(required = true) @Nullable Id userId, @Limits(required = true) @Nullable Id itemId) {}
}
