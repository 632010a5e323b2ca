package com.craftyverse.recsys.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.format.RankingCard;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingFoldInTest {
  private static final int ITEMS = 40;
  private static final RankingCard CARD = new RankingCard(6, 0.02, 0.3, 10, .5f, 5f);

  /// At the minimum of the training objective over all pairs, no small step decreases it.
  @Test
  void foldIn_isTheMinimumOfTheObjective() {
    Random random = new Random(7);
    float[] vectors = vectors(random, 6);
    RankingFoldIn foldIn = foldIn(CARD, vectors);
    for (int size : new int[] {1, 3, 4, 5, 12}) {
      History history = history(random, size);
      float[] vector = foldIn.foldIn(history);
      double minimum = objective(vectors, history, vector);
      for (int f = 0; f < 6; f++) {
        for (float step : new float[] {-.01f, .01f}) {
          float[] other = vector.clone();
          other[f] += step;
          assertThat(objective(vectors, history, other)).isGreaterThan(minimum);
        }
      }
    }
  }

  private static double objective(float[] vectors, History history, float[] x) {
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < history.size(); i++) {
      double weight = 0.1 + 0.9 * (history.ratings()[i] - .5) / 4.5;
      double error = 1 - score(vectors, history.items()[i], x);
      weights += weight;
      sum += weight * error * error;
    }
    double square = 0;
    for (float value : x) {
      square += value * value;
    }
    for (int item = 0; item < ITEMS; item++) {
      double score = score(vectors, item, x);
      sum += 0.3 * score * score;
    }
    return sum + 0.02 * (weights + 0.3 * ITEMS) * square;
  }

  private static double score(float[] vectors, int item, float[] x) {
    double score = 0;
    for (int f = 0; f < x.length; f++) {
      score += (double) vectors[item * x.length + f] * x[f];
    }
    return score;
  }

  /// One factor and two items, (1) and (2). The user chose the first with a rating in the middle of
  /// the scale: w = .55, G = 5, so x = .55 / (.3 · 5 + .55 + .02 (.55 + .3 · 2)).
  @Test
  void place_ofOneFactor_equalsTheQuotientByHand() {
    ItemFactors items = new ItemFactors(2, 1);
    assertThat(items.set(0, 2, new FloatColumn(MemorySegment.ofArray(new float[] {1, 2}))))
        .isTrue();
    RankingCard card = new RankingCard(1, 0.02, 0.3, 10, .5f, 5f);
    RankingFoldIn foldIn = new RankingFoldIn(card, items, new float[] {5});
    History history = new History(new int[] {0}, new float[] {2.75f});
    assertThat(foldIn.foldIn(history)).containsExactly((float) (.55 / 2.073));
    assertThat(foldIn.equations(history).contributions(1)[0])
        .isCloseTo(2 * .55 / 2.073, within(1e-7));
  }

  @Test
  void contributions_addUpToTheScore() {
    Random random = new Random(8);
    float[] vectors = vectors(random, 6);
    RankingFoldIn foldIn = foldIn(CARD, vectors);
    History history = history(random, 10);
    RankingFoldIn.Equations equations = foldIn.equations(history);
    float[] vector = equations.solve();
    assertThat(vector).isEqualTo(foldIn.foldIn(history));
    for (int item = 0; item < ITEMS; item++) {
      double sum = 0;
      for (double contribution : equations.contributions(item)) {
        sum += contribution;
      }
      assertThat(sum).isCloseTo(score(vectors, item, vector), within(1e-6));
    }
  }

  @Test
  void ratingsBeyondTheScale_weighLikeItsEnds_andWithoutAScaleAllWeightsAreOne() {
    assertThat(CARD.weight(.5f)).isEqualTo(.1f);
    assertThat(CARD.weight(0)).isEqualTo(.1f);
    assertThat(CARD.weight(5)).isEqualTo(1);
    assertThat(CARD.weight(9)).isEqualTo(1);
    assertThat(CARD.weight(4)).isEqualTo(.8f);
    RankingCard choices = new RankingCard(1, 1, 1, 1, 1f, 1f);
    assertThat(choices.weight(1)).isEqualTo(1);
    assertThat(choices.weight(7)).isEqualTo(1);
  }

  private static RankingFoldIn foldIn(RankingCard card, float[] vectors) {
    ItemFactors items = new ItemFactors(ITEMS, card.factors());
    assertThat(items.set(0, ITEMS, new FloatColumn(MemorySegment.ofArray(vectors)))).isTrue();
    float[] gram = new float[card.factors() * card.factors()];
    for (int item = 0; item < ITEMS; item++) {
      for (int f = 0; f < card.factors(); f++) {
        for (int g = 0; g < card.factors(); g++) {
          gram[f * card.factors() + g] +=
              vectors[item * card.factors() + f] * vectors[item * card.factors() + g];
        }
      }
    }
    return new RankingFoldIn(card, items, gram);
  }

  private static float[] vectors(Random random, int factors) {
    float[] vectors = new float[ITEMS * factors];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian() * .3f;
    }
    return vectors;
  }

  private static History history(Random random, int size) {
    int[] items = random.ints(0, ITEMS).distinct().limit(size).sorted().toArray();
    float[] ratings = new float[size];
    for (int i = 0; i < size; i++) {
      ratings[i] = .5f + random.nextInt(10) / 2f;
    }
    return new History(items, ratings);
  }
}
