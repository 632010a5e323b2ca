package com.craftyverse.recsys.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.FloatColumn;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemFactorsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 16, 50, 64, 65})
  void scores_equalEachItemsScore_toTheBit_andTheSumOfTheProducts(int factors) {
    Random random = new Random(factors);
    int items = 3_003;
    float[] vectors = new float[items * factors];
    float[] biases = new float[items];
    float[] vector = new float[factors];
    fill(random, vectors);
    fill(random, biases);
    fill(random, vector);
    ItemFactors matrix = new ItemFactors(items, factors);
    int split = 400;
    assertThat(
            matrix.set(0, slice(vectors, 0, split * factors), slice(biases, 0, split))
                && matrix.set(
                    split,
                    slice(vectors, split * factors, items * factors),
                    slice(biases, split, items)))
        .isTrue();
    float[] padded = matrix.padded(vector);
    float[] row = new float[3 + padded.length];
    for (int item = 0; item < items; item++) {
      System.arraycopy(vectors, item * factors, row, 3, factors);
      assertThat(ItemFactors.score(3.5f, biases[item], padded, row, 3))
          .isEqualTo(matrix.score(3.5f, padded, item));
    }
    for (int round = 0; round < 100; round++) { // until C2 compiles it
      float[] scores = matrix.scores(3.5f, padded);
      for (int item = 0; item < items; item++) {
        assertThat(scores[item]).isEqualTo(matrix.score(3.5f, padded, item));
      }
      matrix.release(scores);
    }
    for (int item = 0; item < items; item++) {
      double sum = 3.5 + biases[item];
      for (int f = 0; f < factors; f++) {
        sum += (double) vector[f] * vectors[item * factors + f];
        assertThat(matrix.vector(item)[f]).isEqualTo(vectors[item * factors + f]);
      }
      assertThat((double) matrix.score(3.5f, padded, item)).isCloseTo(sum, within(1e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, -2e9f})
  void valuesOutOfRange_areDetected(float value) {
    ItemFactors matrix = new ItemFactors(1, 2);
    assertThat(matrix.set(0, of(0, value), of(0))).isFalse();
    assertThat(matrix.set(0, of(0, 0), of(value))).isFalse();
    assertThat(matrix.set(0, of(0, 0), of(0))).isTrue();
  }

  private static void fill(Random random, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
  }

  private static FloatColumn slice(float[] values, int from, int to) {
    return of(Arrays.copyOfRange(values, from, to));
  }

  private static FloatColumn of(float... values) {
    return new FloatColumn(MemorySegment.ofArray(values));
  }
}
