package com.craftyverse.recsys.model;

import com.craftyverse.recsys.columnar.FloatColumn;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The factors and biases of all items, laid out for scoring: one array per factor, with a value for each
/// item. Ranking vectors have no biases. Once filled, it is thread-safe.
///
/// A score is `base + bias(item)` plus the products of vector and factors. The products are added in groups
/// of [#GROUP], each summed from first to last. [#score] and [#scores] use the same order, so their results
/// are identical to the bit. They avoid fused multiply-add, which is slow until C2 compiles it.
public final class ItemFactors implements ItemVectors {
  private static final int GROUP = 8;

  /// Number of item vectors copied at a time.
  private static final int CHUNK = 1_024;

  /// Products of values up to this size stay far from overflow.
  private static final float MAX_ABSOLUTE_VALUE = 1e9f;

  private final int items;
  private final int factors;
  private final float[][] columns;
  private final float[] biases;
  private final Queue<float[]> buffers = new ConcurrentLinkedQueue<>();

  /// Allocates factors and biases, all zero.
  ///
  /// @param factors length of each vector
  public ItemFactors(int items, int factors) {
    this.items = items;
    this.factors = factors;
    this.columns = new float[(factors + GROUP - 1) / GROUP * GROUP][items];
    this.biases = new float[items];
  }

  /// Stores the vectors of consecutive items with biases of zero.
  ///
  /// @param first the first item
  /// @param count the number of items
  /// @return whether all values are numbers of moderate size
  public boolean set(int first, int count, FloatColumn vectors) {
    // Copy in chunks, because a full copy would be as large as the factors themselves.
    float[] batchBiases = new float[Math.min(count, CHUNK) * factors];
    boolean valid = true;
    for (int done = 0; done < count; done += CHUNK) {
      int rows = Math.min(CHUNK, count - done);
      vectors.copyTo((long) done * factors, batchBiases, 0, rows * factors);
      valid &= areValid(batchBiases);
      for (int f = 0; f < factors; f++) {
        gather(batchBiases, f, factors, columns[f], first + done, rows);
      }
    }
    return valid;
  }

  /// Stores the vectors and biases of consecutive items.
  ///
  /// @param first the first item
  /// @return whether all values are numbers of moderate size
  public boolean set(int first, FloatColumn vectors, FloatColumn itemBiases) {
    int count = itemBiases.size();
    itemBiases.copyTo(0, biases, first, count);
    return set(first, count, vectors) && areValid(biases);
  }

  private static void gather(
      float[] rows, int at, int stride, float[] column, int first, int count) {
    int from = at;
    for (int i = 0; i < count; i++) {
      column[first + i] = rows[from];
      from += stride;
    }
  }

  /// Returns whether all values are numbers of moderate size.
  public static boolean areValid(float[] values) {
    boolean valid = true;
    for (float value : values) {
      valid &= Math.abs(value) <= MAX_ABSOLUTE_VALUE; // false for NaN, too
    }
    return valid;
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

  /// Returns `base + bias + vector · factors` for one item.
  ///
  /// @param vector padded by [#padded]
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

  /// Returns the same score, to the bit, from an item's vector that lies in another array.
  ///
  /// @param vector padded by [#padded]
  /// @param rows contains the item's vector at `at`, padded in the same way
  public static float score(float base, float bias, float[] vector, float[] rows, int at) {
    float score = base + bias;
    for (int f = 0; f < vector.length; f += GROUP) {
      int row = at + f;
      score +=
          vector[f] * rows[row]
              + vector[f + 1] * rows[row + 1]
              + vector[f + 2] * rows[row + 2]
              + vector[f + 3] * rows[row + 3]
              + vector[f + 4] * rows[row + 4]
              + vector[f + 5] * rows[row + 5]
              + vector[f + 6] * rows[row + 6]
              + vector[f + 7] * rows[row + 7];
    }
    return score;
  }

  /// Returns the same score for all items. Return the array with [#release].
  ///
  /// @param vector padded by [#padded]; null to score without factors
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

  /// Returns `vector · factors` for all items. Return the array with [#release].
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

  /// Returns the vector padded with zeros to a whole number of groups.
  public float[] padded(float[] vector) {
    return Arrays.copyOf(vector, columns.length);
  }

  /// Returns the Euclidean norm of each item's vector.
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

  /// Makes an array available for the next request.
  public void release(float[] buffer) {
    buffers.offer(buffer);
  }
}
