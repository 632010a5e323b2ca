package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.SplitMix64;

/// A [SplitMix64] stream of random numbers that depends only on a seed, a purpose and an index, so that rows
/// and blocks can draw theirs in any order.
final class RandomStream {
  /// The use of a stream. Streams for different purposes are unrelated.
  enum Purpose {
    USER_FACTORS,
    ITEM_FACTORS,
    ROUNDS,
    CHUNKS,
    RANKING_FACTORS,
    RANKING_HELD_OUT,
    RANKING_USERS,
    CHOICE_FACTORS
  }

  private long state;

  RandomStream(long seed, Purpose purpose, long index) {
    long start = SplitMix64.mix(seed + SplitMix64.GAMMA * (purpose.ordinal() + 1));
    this.state = SplitMix64.mix(start + SplitMix64.GAMMA * (index + 1));
  }

  private long next() {
    state += SplitMix64.GAMMA;
    return SplitMix64.mix(state);
  }

  /// Returns a uniform number in [−1, 1), a multiple of 2⁻²³.
  float nextSymmetric() {
    return (next() >> 40) * 0x1p-23f;
  }

  /// Returns a uniform number in 0 … `bound` − 1, with a bias below `bound` / 2³².
  private int nextInt(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /// Returns a random permutation of 0 … `count` − 1 (Fisher & Yates).
  int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 1; i < count; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
