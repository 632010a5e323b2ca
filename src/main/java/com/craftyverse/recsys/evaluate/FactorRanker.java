package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.TopItems;
import java.io.IOException;
import java.util.BitSet;

/// Orders the catalogue by a model's scores, computed by what `recommend` computes them with.
final class FactorRanker implements Ranker {
  /// Scores the catalogue for the user of a profile.
  @FunctionalInterface
  interface UserScores {
    /// A score of each item, in an array that [ItemFactors#release] takes back.
    float[] of(Profile profile) throws IOException;
  }

  private final String name;
  private final ItemFactors items;
  private final UserScores users;

  FactorRanker(String name, ItemFactors items, UserScores users) {
    this.name = name;
    this.items = items;
    this.users = users;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int[] top(Profile profile, BitSet known, int n) throws IOException {
    float[] scores = users.of(profile);
    for (int item = known.nextSetBit(0); item >= 0; item = known.nextSetBit(item + 1)) {
      scores[item] = Float.NEGATIVE_INFINITY;
    }
    int[] top = TopItems.of(scores, Math.min(n, scores.length - known.cardinality()), null);
    items.release(scores);
    return top;
  }
}
