package com.craftyverse.recsys.model;

import com.craftyverse.recsys.columnar.FloatColumn;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The factors and biases of all items, laid out for scoring: an array for each factor, with a value for
/// each item. Any number of threads may ask it once it is filled. Ranking vectors have no biases.
///
/// A score is `base + bias(item)`, then the products of vector and factors added in groups of
/// [#GROUP], each group summed from its first product to its last. [#score] and [#scores] keep to that
/// order, so they agree to the bit. Fused multiply-add is not used: before C2 compiles it, it is slow.
public final class ItemFactors implements ItemVectors {
  private static final int GROUP = 8;

  /// Items whose vectors are taken over at once.
  private static final int CHUNK = 1_024;

  /// Products of values up to this size stay far from overflow.
  private static final float LARGEST = 1e9f;

  private final int items;
  private final int factors;
  private final float[][] columns;
  private final float[] biases;
  private final Queue<float[]> buffers = new ConcurrentLinkedQueue<>();

  /// Makes room for items, whose factors and biases are zero at first.
  ///
  /// @param factors values in each vector
  public ItemFactors(int items, int factors) {
    this.items = items;
    this.factors = factors;
    this.columns = new float[(factors + GROUP - 1) / GROUP * GROUP][items];
    this.biases = new float[items];
  }

  /// Takes over some items' vectors, one after the other, whose biases are zero.
  ///
  /// @param first the first of the items
  /// @param count how many they are
  /// @return whether all values are numbers of a sensible size
  public boolean set(int first, int count, FloatColumn vectors) {
    // A copy of all of them would be as large as the factors themselves.
    float[] some = new float[Math.min(count, CHUNK) * factors];
    boolean sound = true;
    for (int done = 0; done < count; done += CHUNK) {
      int rows = Math.min(CHUNK, count - done);
      vectors.copyTo((long) done * factors, some, 0, rows * factors);
      sound &= areSound(some);
      for (int f = 0; f < factors; f++) {
        gather(some, f, factors, columns[f], first + done, rows);
      }
    }
    return sound;
  }

  /// Takes over some items' vectors and biases, one after the other.
  ///
  /// @param first the first of the items
  /// @return whether all values are numbers of a sensible size
  public boolean set(int first, FloatColumn vectors, FloatColumn itemBiases) {
    int count = itemBiases.size();
    itemBiases.copyTo(0, biases, first, count);
    return set(first, count, vectors) && areSound(biases);
  }

  private static void gather(
      float[] rows, int at, int stride, float[] column, int first, int count) {
    int from = at;
    for (int i = 0; i < count; i++) {
      column[first + i] = rows[from];
      from += stride;
    }
  }

  /// Whether all values are numbers of a sensible size.
  public static boolean areSound(float[] values) {
    boolean sound = true;
    for (float value : values) {
      sound &= Math.abs(value) <= LARGEST; // false for NaN, too
    }
    return sound;
  }

  @Override
  public int items() {
    return items;
  }

  @Override
  public int factors() {
    return factors;
  }

  @Override
  public float bias(int item) {
    return biases[item];
  }

  @Override
  public float[] vector(int item) {
    float[] vector = new float[factors];
    for (int f = 0; f < factors; f++) {
      vector[f] = columns[f][item];
    }
    return vector;
  }

  /// `base + bias + vector · factors` of one item.
  ///
  /// @param vector of the length that [#padded] gives
  public float score(float base, float[] vector, int item) {
    float score = base + biases[item];
    for (int f = 0; f < columns.length; f += GROUP) {
      score +=
          vector[f] * columns[f][item]
              + vector[f + 1] * columns[f + 1][item]
              + vector[f + 2] * columns[f + 2][item]
              + vector[f + 3] * columns[f + 3][item]
              + vector[f + 4] * columns[f + 4][item]
              + vector[f + 5] * columns[f + 5][item]
              + vector[f + 6] * columns[f + 6][item]
              + vector[f + 7] * columns[f + 7][item];
    }
    return score;
  }

  /// The same of all items. The array is given back with [#release].
  ///
  /// @param vector of the length that [#padded] gives; null for none
  public float[] scores(float base, float @Nullable [] vector) {
    float[] scores = buffer();
    for (int i = 0; i < items; i++) {
      scores[i] = base + biases[i];
    }
    if (vector != null) {
      addProducts(vector, scores);
    }
    return scores;
  }

  /// `vector · factors` of all items. The array is given back with [#release].
  public float[] products(float[] vector) {
    float[] products = buffer();
    Arrays.fill(products, 0);
    addProducts(vector, products);
    return products;
  }

  private void addProducts(float[] vector, float[] scores) {
    for (int f = 0; f < columns.length; f += GROUP) {
      addGroup(vector, columns, f, scores);
    }
  }

  private static void addGroup(float[] vector, float[][] columns, int f, float[] scores) {
    float v0 = vector[f];
    float v1 = vector[f + 1];
    float v2 = vector[f + 2];
    float v3 = vector[f + 3];
    float v4 = vector[f + 4];
    float v5 = vector[f + 5];
    float v6 = vector[f + 6];
    float v7 = vector[f + 7];
    float[] c0 = columns[f];
    float[] c1 = columns[f + 1];
    float[] c2 = columns[f + 2];
    float[] c3 = columns[f + 3];
    float[] c4 = columns[f + 4];
    float[] c5 = columns[f + 5];
    float[] c6 = columns[f + 6];
    float[] c7 = columns[f + 7];
    for (int i = 0; i < scores.length; i++) {
      scores[i] +=
          v0 * c0[i]
              + v1 * c1[i]
              + v2 * c2[i]
              + v3 * c3[i]
              + v4 * c4[i]
              + v5 * c5[i]
              + v6 * c6[i]
              + v7 * c7[i];
    }
  }

  /// The vector with zeros up to a whole number of groups.
  public float[] padded(float[] vector) {
    return Arrays.copyOf(vector, columns.length);
  }

  /// The length of each item's vector.
  public float[] norms() {
    float[] norms = new float[items];
    for (float[] column : columns) {
      for (int i = 0; i < items; i++) {
        norms[i] += column[i] * column[i];
      }
    }
    for (int i = 0; i < items; i++) {
      norms[i] = (float) Math.sqrt(norms[i]);
    }
    return norms;
  }

  private float[] buffer() {
    float[] buffer = buffers.poll();
    return buffer == null ? new float[items] : buffer;
  }

  /// Takes back an array for the next request.
  public void release(float[] buffer) {
    buffers.offer(buffer);
  }
}
