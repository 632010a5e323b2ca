package com.craftyverse.recsys.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingFoldInTest {
  /// At the minimum, no small step decreases the sum of squares and penalties.
  @ParameterizedTest
  @CsvSource({"biased, 1", "dot, 1", "biased, 20", "dot, 0.2"})
  void foldIn_isTheMinimumOfSquaresAndPenalties(String kind, double unit) {
    Random random = new Random(7);
    int factors = 5;
    ItemFactors items = items(random, 40, factors);
    float mean = kind.equals("dot") ? 0 : 3;
    RatingFoldIn foldIn = new RatingFoldIn(card(kind, factors, mean, unit), items, 0.07, 0.021);
    History history = history(random, 12);
    RatingFoldIn.UserEmbedding embedding = foldIn.foldIn(history);
    double minimum = loss(items, history, mean, unit, embedding.vector(), embedding.bias());
    for (int f = 0; f <= factors; f++) {
      for (float step : new float[] {-.01f, .01f}) {
        float[] vector = embedding.vector().clone();
        float bias = embedding.bias();
        if (f < factors) {
          vector[f] += step;
        } else if (kind.equals("biased")) {
          bias += step;
        } else {
          continue;
        }
        assertThat(loss(items, history, mean, unit, vector, bias)).isGreaterThan(minimum);
      }
    }
    assertThat(kind.equals("dot")).isEqualTo(embedding.bias() == 0);
  }

  private static double loss(
      ItemFactors items, History history, float mean, double unit, float[] vector, float bias) {
    double loss = 0;
    for (int i = 0; i < history.size(); i++) {
      double error =
          history.ratings()[i] - items.score(mean + bias, items.padded(vector), history.items()[i]);
      loss += error * error;
    }
    double penalty = 0.021 * bias * bias;
    for (float value : vector) {
      penalty += 0.07 * unit * value * value;
    }
    return loss + (history.size() + 10) * penalty;
  }

  @Test
  void contributions_addUpToThePrediction() {
    Random random = new Random(8);
    ItemFactors items = items(random, 40, 6);
    RatingFoldIn foldIn = new RatingFoldIn(card("biased", 6, 3, 1), items, 0.05, 0.015);
    History history = history(random, 10);
    RatingFoldIn.UserEmbedding embedding = foldIn.foldIn(history);
    for (int item = 0; item < 40; item++) {
      double sum = 3 + items.bias(item);
      for (double contribution : foldIn.equations(history).contributions(item)) {
        sum += contribution;
      }
      float predicted = items.score(3 + embedding.bias(), items.padded(embedding.vector()), item);
      assertThat(sum).isCloseTo(predicted, within(1e-4));
    }
  }

  @Test
  void fewRatings_areEnough_evenWithoutAPenalty() {
    Random random = new Random(9);
    ItemFactors items = items(random, 40, 50);
    RatingFoldIn foldIn = new RatingFoldIn(card("biased", 50, 3, 1), items, 0, 0);
    RatingFoldIn.UserEmbedding embedding =
        foldIn.foldIn(new History(new int[] {3}, new float[] {5}));
    assertThat(ItemFactors.areValid(embedding.vector())).isTrue();
    assertThat(items.score(3 + embedding.bias(), items.padded(embedding.vector()), 3))
        .isCloseTo(5, within(.05f));
  }

  private static ModelCard card(String kind, int factors, float mean, double unit) {
    return new ModelCard(
        1,
        kind,
        "set",
        "m",
        factors,
        0,
        mean,
        3,
        RatingScale.STARS,
        unit,
        1,
        40,
        1,
        Rows.TRAIN,
        null,
        null,
        null,
        List.of());
  }

  private static ItemFactors items(Random random, int items, int factors) {
    ItemFactors matrix = new ItemFactors(items, factors);
    float[] vectors = new float[items * factors];
    float[] biases = new float[items];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < items; i++) {
      biases[i] = (float) random.nextGaussian() * .3f;
    }
    matrix.set(
        0,
        new FloatColumn(MemorySegment.ofArray(vectors)),
        new FloatColumn(MemorySegment.ofArray(biases)));
    return matrix;
  }

  private static History history(Random random, int size) {
    int[] items = random.ints(0, 40).distinct().limit(size).sorted().toArray();
    float[] ratings = new float[size];
    for (int i = 0; i < size; i++) {
      ratings[i] = 1 + random.nextInt(9) / 2f;
    }
    return new History(items, ratings);
  }
}
