package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.kernel.CatalogScorer;
import java.io.IOException;
import java.util.List;

/// An order of the catalogue for a user, which [RankingEvaluation] measures. Thread-safe.
interface Ranker {
  /// Returns its name in the evaluation: `preference`, `rating`, `mostPopular` or `recentlyPopular`.
  String name();

  /// Returns the best items that are new to each user; ties are ordered by item index.
  ///
  /// @param users their profiles, at most [CatalogScorer#MAX_USERS]
  /// @param n number of items
  /// @return for each user `n` items, best first; fewer if the catalogue has no more
  int[][] top(List<Profile> users, int n) throws IOException;
}
