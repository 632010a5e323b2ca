package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// The comparison with the model that is published at the time of the evaluation. Its scored twin stands in
/// for it, because the published model itself may have learnt the test set. Both models know the same of each
/// user at each moment, and are judged on test ratings later than the twin's training data.
///
/// @param model the id of the published model
/// @param scoredModel the id of its scored twin, which is the same if it was scored itself
/// @param ratings the comparison of predicted ratings; null if there is none
/// @param ranking the comparison of lists; null if there is none
/// @param reason why there is no comparison
public record PublishedFigures(
    String model,
    String scoredModel,
    @Nullable Ratings ratings,
    @Nullable Ranking ranking,
    @Nullable String reason) {
  /// A comparison of predicted ratings, of items that both models know.
  ///
  /// @param ratings number of ratings
  /// @param users number of their users
  /// @param rmse RMSE of the evaluated model
  /// @param publishedRmse RMSE of the twin
  /// @param difference `rmse − publishedRmse`, with a 95 % interval over users
  public record Ratings(
      long ratings, int users, double rmse, double publishedRmse, Interval difference) {}

  /// A comparison of lists from the evaluated model's catalogue.
  ///
  /// @param users number of users
  /// @param ndcgAt10 mean NDCG@10 of the evaluated model's first ranker
  /// @param publishedNdcgAt10 mean NDCG@10 of the twin's
  /// @param difference `ndcgAt10 − publishedNdcgAt10`, with a 95 % interval over users
  public record Ranking(
      int users, double ndcgAt10, double publishedNdcgAt10, Interval difference) {}
}
