package com.craftyverse.recsys.spark;

import java.io.Serializable;

/// A seeded random permutation of the numbers 0 to n − 1, the same as in the pipeline's split: a Feistel
/// network with cycle walking.
final class Permutation implements Serializable {
  private static final int ROUNDS = 6;
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

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
      state += GAMMA;
      keys[round] = mix(state);
    }
  }

  /// Mixes the bits of a number (SplitMix64).
  static long mix(long number) {
    long z = number;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// Returns the place of a number in the order.
  long apply(long number) {
    long position = number;
    do {
      long left = position >>> halfBits;
      long right = position & halfMask;
      for (long key : keys) {
        long next = left ^ (mix(right + key) & halfMask);
        left = right;
        right = next;
      }
      position = (left << halfBits) | right;
    } while (position >= n);
    return position;
  }
}
