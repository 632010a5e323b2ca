package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.model.TopItems;
import java.io.IOException;
import java.util.List;

/// A ranker that orders the catalogue by a model's scores.
final class FactorRanker implements Ranker {
  /// Provides the row of a profile's user.
  @FunctionalInterface
  interface UserRow {
    /// @param rows receives the row at `at`, where it is zero
    void write(Profile user, float[] rows, int at) throws IOException;
  }

  private final String name;
  private final CatalogScorer scorer;
  private final UserRow userRow;

  FactorRanker(String name, CatalogScorer scorer, UserRow userRow) {
    this.name = name;
    this.scorer = scorer;
    this.userRow = userRow;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int[][] top(List<Profile> users, int n) throws IOException {
    int[][] top = new int[users.size()][];
    scorer.score(
        users.size(),
        (i, rows, at) -> userRow.write(users.get(i), rows, at),
        (i, scores) -> top[i] = top(scores, users.get(i), n));
    return top;
  }

  private static int[] top(float[] scores, Profile user, int n) {
    for (int i = 0; i < user.size(); i++) {
      scores[user.item(i)] = Float.NEGATIVE_INFINITY;
    }
    return TopItems.of(scores, Math.min(n, scores.length - user.distinctItems()), null);
  }
}
