package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.train.RandomStream.Purpose;

/// The vectors of a ranking model: a row of `stride` floats for each user and item, by their places
/// in [Choices], the padding zero.
///
/// @param factors k, the length of the vectors
/// @param stride floats of a row
/// @param users rows of the users
/// @param items rows of the items
record RankingFactors(int factors, int stride, float[] users, float[] items) {
  /// Users of zero, who are solved for first, and random items of length 1 on average: shorter ones
  /// lie near the saddle at zero, and take epochs to get away.
  ///
  /// @param items dense index of the item at each place; a row depends on that and the seed only
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
        initial.items[place * stride + i] = width * random.symmetric();
      }
    }
    return initial;
  }
}
