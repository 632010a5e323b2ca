package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks how users would rate items: one user many of them, or pairs.
///
/// @param dataset the dataset whose current model answers; the configured one if not given, else the
///     one published last
/// @param userId the user
/// @param itemIds the items, up to 1,000
/// @param pairs up to 1,000 users and items, of up to 100 users, instead of the two
/// @param ratings ratings of the user, up to 10,000, to be folded in with what the model knows of them;
///     not with pairs
@RecordBuilder
public record PredictRequest(
    @Nullable String dataset,
    @Nullable Integer userId,
    @Nullable List<Integer> itemIds,
    @Nullable List<Pair> pairs,
    @Nullable List<Rating> ratings)
    implements Request {
  /// A user and an item.
  public record Pair(@Nullable Integer userId, @Nullable Integer itemId) {}
}
