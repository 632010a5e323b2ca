package com.craftyverse.recsys.train;

import java.util.Arrays;

/// The weights of choices, quantized to one byte each: an index into up to 256 levels. Up to 256 distinct
/// weights are stored exactly. More are rounded to 256 equidistant levels, with an error of at most 0.2 % of
/// their range.
final class WeightLevels {
  static final int MAX_LEVELS = 256;

  /// Ascending.
  private final float[] levels;

  private WeightLevels(float[] levels) {
    this.levels = levels;
  }

  /// Collects weights.
  static final class Builder {
    /// Distinct weights so far, ascending, while there are at most [#MAX_LEVELS].
    private float[] distinct = new float[0];

    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;
    private boolean exact = true;
    private float last = Float.NaN;

    void add(float weight) {
      if (weight == last) {
        return;
      }
      last = weight;
      min = Math.min(min, weight);
      max = Math.max(max, weight);
      if (exact) {
        int at = Arrays.binarySearch(distinct, weight);
        if (at < 0) {
          insert(weight, -at - 1);
        }
      }
    }

    private void insert(float weight, int at) {
      if (distinct.length == MAX_LEVELS) {
        exact = false;
        return;
      }
      float[] longer = Arrays.copyOf(distinct, distinct.length + 1);
      System.arraycopy(distinct, at, longer, at + 1, distinct.length - at);
      longer[at] = weight;
      distinct = longer;
    }

    WeightLevels build() {
      if (exact) {
        return new WeightLevels(distinct);
      }
      float[] levels = new float[MAX_LEVELS];
      for (int i = 0; i < MAX_LEVELS; i++) {
        levels[i] = (float) (min + ((double) max - min) * i / (MAX_LEVELS - 1));
      }
      return new WeightLevels(levels);
    }
  }

  /// Returns the level nearest to a weight.
  byte levelOf(float weight) {
    int at = Arrays.binarySearch(levels, weight);
    if (at >= 0) {
      return (byte) at;
    }
    int above = Math.min(-at - 1, levels.length - 1);
    int below = Math.max(0, above - 1);
    return (byte) (levels[above] - weight < weight - levels[below] ? above : below);
  }

  /// Returns the weight of each level: [#MAX_LEVELS] values, the last of which may be unused.
  float[] weights() {
    return Arrays.copyOf(levels, MAX_LEVELS);
  }
}
