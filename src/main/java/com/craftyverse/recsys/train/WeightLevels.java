package com.craftyverse.recsys.train;

import java.util.Arrays;

/// The weights of choices, quantized to one byte each: an index into up to 256 levels. Up to 256 distinct
/// weights are stored exactly. More are rounded to 256 equidistant levels, with an error of at most 0.2 % of
/// their range.
final class WeightLevels {
  static final int MOST = 256;

  /// Ascending.
  private final float[] levels;

  private WeightLevels(float[] levels) {
    this.levels = levels;
  }

  /// Collects weights.
  static final class Builder {
    /// Distinct weights so far, ascending, while there are at most [#MOST].
    private float[] found = new float[0];

    private float least = Float.POSITIVE_INFINITY;
    private float most = Float.NEGATIVE_INFINITY;
    private boolean few = true;
    private float last = Float.NaN;

    void add(float weight) {
      if (weight == last) {
        return;
      }
      last = weight;
      least = Math.min(least, weight);
      most = Math.max(most, weight);
      if (few) {
        int at = Arrays.binarySearch(found, weight);
        if (at < 0) {
          insert(weight, -at - 1);
        }
      }
    }

    private void insert(float weight, int at) {
      if (found.length == MOST) {
        few = false;
        return;
      }
      float[] longer = Arrays.copyOf(found, found.length + 1);
      System.arraycopy(found, at, longer, at + 1, found.length - at);
      longer[at] = weight;
      found = longer;
    }

    WeightLevels build() {
      if (few) {
        return new WeightLevels(found);
      }
      float[] levels = new float[MOST];
      for (int i = 0; i < MOST; i++) {
        levels[i] = (float) (least + ((double) most - least) * i / (MOST - 1));
      }
      return new WeightLevels(levels);
    }
  }

  /// Returns the level nearest to a weight.
  byte of(float weight) {
    int at = Arrays.binarySearch(levels, weight);
    if (at >= 0) {
      return (byte) at;
    }
    int above = Math.min(-at - 1, levels.length - 1);
    int below = Math.max(0, above - 1);
    return (byte) (levels[above] - weight < weight - levels[below] ? above : below);
  }

  /// Returns the weight of each level: [#MOST] values, the last of which may be unused.
  float[] weights() {
    return Arrays.copyOf(levels, MOST);
  }
}
