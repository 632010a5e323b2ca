package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.train.RandomStream.Purpose;

/// The vectors of a ranking model: a row of `stride` floats per user and per item, by their places
/// in [Choices], padded with zeros.
///
/// @param factors k, the length of the vectors
/// @param stride floats per row
/// @param users rows of the users
/// @param items rows of the items
record RankingFactors(int factors, int stride, float[] users, float[] items) {
  /// Returns zero vectors for the users, which are solved first, and random item vectors of mean length 1.
  /// Shorter ones lie near the saddle point at zero and take epochs to escape.
  ///
  /// @param items dense index of the item at each place; a row depends only on that index and the seed
  static RankingFactors initial(int factors, int users, int[] items, long seed) {
    int stride = RowLayout.padded(factors);
    RankingFactors initial =
        new RankingFactors(
            factors,
            stride,
            RowLayout.allocate(users, stride),
            RowLayout.allocate(items.length, stride));
    // Uniform numbers in [−1, 1) have a standard deviation of 1/√3.
    float width = (float) Math.sqrt(3.0 / factors);
    for (int place = 0; place < items.length; place++) {
      RandomStream random = new RandomStream(seed, Purpose.RANKING_FACTORS, items[place]);
      for (int i = 0; i < factors; i++) {
        initial.items[place * stride + i] = width * random.nextSymmetric();
      }
    }
    return initial;
  }
}
