package com.craftyverse.recsys.step;

/// The parts of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014): a stream is the states `seed + GAMMA`, `seed + 2 GAMMA`, …, each mixed.
public final class SplitMix64 {
  /// From one state to the next: 2⁶⁴ divided by the golden ratio, odd.
  public static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  /// The finalizer: a bijection of which each bit of the result hangs on every bit of `z`.
  public static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
