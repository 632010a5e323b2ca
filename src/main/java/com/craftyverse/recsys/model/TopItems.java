package com.craftyverse.recsys.model;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// A heap that selects the exact best n of all items; its root is the worst item kept so far. Equal scores
/// are ordered by item, lower first.
public final class TopItems {
  private final float[] scores;
  private final int[] items;
  private int size;

  private TopItems(int capacity) {
    this.scores = new float[capacity];
    this.items = new int[capacity];
  }

  /// Finds the items with the highest scores.
  ///
  /// @param scores one per item, never NaN
  /// @param n the number of items, at least 1
  /// @param candidates the eligible items; null for all
  /// @return up to n items, best first
  public static int[] of(float[] scores, int n, @Nullable BitSet candidates) {
    TopItems top = new TopItems(Math.min(n, scores.length));
    int item = 0;
    while (item < scores.length && top.size < top.items.length) {
      if (candidates == null || candidates.get(item)) {
        top.add(scores[item], item);
      }
      item++;
    }
    // Few items beat the worst of the top n, so test the score first and the filter rarely.
    float bar = top.size == 0 ? Float.POSITIVE_INFINITY : top.scores[0];
    for (; item < scores.length; item++) {
      if (scores[item] > bar && (candidates == null || candidates.get(item))) {
        top.replaceWorst(scores[item], item);
        bar = top.scores[0];
      }
    }
    return top.sorted();
  }

  private boolean isWorse(int a, int b) {
    return scores[a] < scores[b] || (scores[a] == scores[b] && items[a] > items[b]);
  }

  private void add(float score, int item) {
    scores[size] = score;
    items[size] = item;
    int at = size++;
    while (at > 0 && isWorse(at, (at - 1) / 2)) {
      swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
  }

  private void replaceWorst(float score, int item) {
    scores[0] = score;
    items[0] = item;
    sink();
  }

  private void sink() {
    int at = 0;
    while (true) {
      int worst = at;
      for (int child = 2 * at + 1; child <= 2 * at + 2 && child < size; child++) {
        if (isWorse(child, worst)) {
          worst = child;
        }
      }
      if (worst == at) {
        return;
      }
      swap(at, worst);
      at = worst;
    }
  }

  private void swap(int a, int b) {
    float score = scores[a];
    scores[a] = scores[b];
    scores[b] = score;
    int item = items[a];
    items[a] = items[b];
    items[b] = item;
  }

  private int[] sorted() {
    int[] sorted = new int[size];
    while (size > 0) {
      sorted[size - 1] = items[0];
      size--;
      swap(0, size);
      sink();
    }
    return sorted;
  }
}
