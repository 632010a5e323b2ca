package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.SplitMix64;

/// A seeded random permutation of the numbers 0 to n − 1. It computes each place on demand, so it takes no
/// memory whatever n is.
///
/// A Feistel network over the smallest even number of bits that holds n − 1 permutes a range of less than 4 n
/// numbers. A result outside the first n goes through the network again until it is inside, which makes a
/// permutation of the n numbers (cycle walking: Black & Rogaway, "Ciphers with arbitrary finite domains",
/// CT-RSA 2002).
final class Permutation {
  private static final int ROUNDS = 6;

  private final long n;
  private final int halfBits;
  private final long halfMask;
  private final long[] keys = new long[ROUNDS];

  /// @param n the number of numbers, at least 1
  Permutation(long n, long seed) {
    this.n = n;
    int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(n - 1));
    this.halfBits = (bits + 1) / 2;
    this.halfMask = (1L << halfBits) - 1;
    long state = seed;
    for (int round = 0; round < ROUNDS; round++) {
      state += SplitMix64.GAMMA;
      keys[round] = SplitMix64.mix(state);
    }
  }

  /// Returns the place of a number in the order.
  long apply(long number) {
    long position = number;
    do {
      long left = position >>> halfBits;
      long right = position & halfMask;
      for (long key : keys) {
        long next = left ^ (SplitMix64.mix(right + key) & halfMask);
        left = right;
        right = next;
      }
      position = (left << halfBits) | right;
    } while (position >= n);
    return position;
  }
}
