package com.craftyverse.recsys.sample;

/// The generator's source of randomness: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), implemented here so
/// that the output does not depend on a library.
///
/// Every user and movie has its own stream, derived from the seed, a domain and an index, so the order of
/// generation does not matter. Not thread-safe.
final class SplitMix {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  /// Creates the plain generator for a seed.
  SplitMix(long state) {
    this.state = state;
  }

  /// Returns stream number `index` of a domain.
  static SplitMix stream(long seed, int domain, int index) {
    long key = mix(seed + GOLDEN_GAMMA * (domain + 1L));
    return new SplitMix(mix(key + GOLDEN_GAMMA * (index + 1L)));
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /// Returns a uniform number in the open interval (0, 1), so that `log(x)` and `log(1 − x)` are finite.
  double nextDouble() {
    return ((nextLong() >>> 12) + 0.5) * 0x1.0p-52;
  }

  /// Returns a uniform number in `0 … bound − 1`, up to a bias of less than `bound / 2^32`.
  int nextInt(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /// Returns a standard normal number, by Marsaglia's polar method.
  double nextGaussian() {
    while (true) {
      double x = 2 * nextDouble() - 1;
      double y = 2 * nextDouble() - 1;
      double square = x * x + y * y;
      if (square < 1) {
        return x * Math.sqrt(-2 * StrictMath.log(square) / square);
      }
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
