package com.craftyverse.recsys.evaluate;

import java.io.IOException;
import java.util.BitSet;

/// An order of the catalogue for a user: what [RankingEvaluation] judges. Used by several threads at once.
interface Ranker {
  /// Its name in the evaluation: `preference`, `rating`, `mostPopular` or `recentlyPopular`.
  String name();

  /// The best items that the user does not know yet, ties by the lower index.
  ///
  /// @param profile what is known of the user
  /// @param known the profile's items
  /// @param n how many
  /// @return `n` items, the best first; fewer where the catalogue has no more
  int[] top(Profile profile, BitSet known, int n) throws IOException;
}
