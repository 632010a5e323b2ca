package com.craftyverse.recsys.step;

/// The SplitMix64 generator (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014). A stream is the sequence of states `seed + GAMMA`, `seed + 2 GAMMA`, …, each mixed.
public final class SplitMix64 {
  /// The step between states: 2⁶⁴ divided by the golden ratio, odd.
  public static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  /// Mixes a state. The function is a bijection in which each output bit depends on every bit of `z`.
  public static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
