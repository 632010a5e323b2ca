package com.craftyverse.recsys.evaluate;

import java.io.IOException;
import java.util.List;

/// An order of the catalogue for a user: what [RankingEvaluation] judges. Used by several threads at once.
interface Ranker {
  /// Its name in the evaluation: `preference`, `rating`, `mostPopular` or `recentlyPopular`.
  String name();

  /// The best items that each user does not know yet, ties by the lower index.
  ///
  /// @param users what is known of each, at most [CatalogueScores#USERS]
  /// @param n how many items
  /// @return for each user `n` items, the best first; fewer where the catalogue has no more
  int[][] top(List<Profile> users, int n) throws IOException;
}
