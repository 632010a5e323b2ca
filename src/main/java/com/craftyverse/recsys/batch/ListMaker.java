package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.TopItems;
import com.craftyverse.recsys.serve.CatalogRanking;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the lists that `recommend` gives, for 64 users at once. Thread-safe, each thread with its
/// own [RatedItems].
///
/// Let `a` be an item's score in the matrix product, `s` its score in `recommend`, and `E` a bound
/// on `|a − s|` for all items. At least n items have an `a` of the n-th highest or more, so the
/// n-th highest `s` is at most `E` below that, and no item whose `a` is more than `2E` below it can
/// be in the list. The others are scored again.
///
/// `E` follows from the standard model of rounding (Higham, *Accuracy and Stability of Numerical
/// Algorithms*, 2002, section 3.1): a sum of products through m roundings each is off by at most
/// `γₘ · Σ|uᵢvᵢ|` with `γₘ = m·2⁻²⁴ / (1 − m·2⁻²⁴)`, in any order, and `Σ|uᵢvᵢ| ≤ |u|·|v|`.
final class ListMaker {
  /// Roundings besides one for each factor: those of base, bias and the sums of groups.
  private static final int MORE_ROUNDINGS = 16;

  private static final double ROUNDING = 0x1p-24;

  /// Covers the rounding of the bound itself, and products below the smallest normal float.
  private static final double SLACK = 1.001;

  private static final double TINY = 1e-30;

  private final UserVectors users;
  private final CatalogRanking ranking;
  private final ItemFactors factors;
  private final int[] items;

  /// The place of each item of the model among those to choose from; -1 for others.
  private final int[] places;

  private final CatalogScorer scorer;

  /// The padded vectors of the items to choose from, row by row.
  private final float[] rows;

  private final int rowLength;
  private final double gamma;
  private final double longest;
  private final boolean hasBias;
  private final float largestBias;

  ListMaker(UserVectors users, CatalogRanking ranking) {
    this.users = users;
    this.ranking = ranking;
    this.factors = ranking.factors();
    this.items = ranking.candidates();
    this.places = new int[factors.items()];
    this.rowLength = factors.padded(new float[0]).length;
    this.rows = RowLayout.allocate(items.length, rowLength);
    this.largestBias = largestBias(factors, items);
    // In the rating model, one more value for the bias.
    this.hasBias = largestBias > 0;
    int values = factors.factors() + (hasBias ? 1 : 0);
    this.scorer = new CatalogScorer(items.length, RowLayout.padded(values));
    double squaredLength = 0;
    float[] row = new float[scorer.stride()];
    Arrays.fill(places, -1);
    for (int place = 0; place < items.length; place++) {
      int item = items[place];
      places[item] = place;
      float[] vector = factors.vector(item);
      System.arraycopy(vector, 0, rows, place * rowLength, vector.length);
      System.arraycopy(vector, 0, row, 0, vector.length);
      if (hasBias) {
        row[vector.length] = factors.bias(item);
      }
      scorer.set(place, row, 0);
      squaredLength = Math.max(squaredLength, squaredLength(vector));
    }
    this.longest = Math.sqrt(squaredLength);
    double roundings = (scorer.stride() + MORE_ROUNDINGS) * ROUNDING;
    this.gamma = roundings / (1 - roundings);
  }

  private static float largestBias(ItemFactors factors, int[] items) {
    float largest = 0;
    for (int item : items) {
      largest = Math.max(largest, Math.abs(factors.bias(item)));
    }
    return largest;
  }

  private static double squaredLength(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    return sum;
  }

  /// Returns the number of multiplications for one user.
  long productsPerUser() {
    return (long) items.length * scorer.stride();
  }

  /// A user's list, best first.
  ///
  /// @param items by number
  /// @param scores one per item
  record TopList(int[] items, float[] scores) {}

  /// Makes the lists of some users.
  ///
  /// @param users rows of the model's users
  /// @param from the first of them
  /// @param count how many, at most [CatalogScorer#MAX_USERS]
  /// @param n the length of the lists
  /// @param rated what each user rated, which is left out; null to leave nothing out
  /// @param lists receives the lists from `from` on
  /// @throws MalformedFileException if a file of the model is damaged
  void make(int[] users, int from, int count, int n, @Nullable RatedItems rated, TopList[] lists)
      throws IOException {
    float[][] vectors = new float[count][];
    scorer.score(
        count,
        (user, target, at) -> {
          float[] vector = this.users.vector(users[from + user]);
          vectors[user] = vector;
          System.arraycopy(vector, 0, target, at, vector.length);
          if (hasBias) {
            target[at + vector.length] = 1;
          }
        },
        (user, scores) -> {
          int row = users[from + user];
          int left = scores.length;
          if (rated != null) {
            for (int item : rated.of(row)) {
              int place = places[item];
              if (place >= 0 && scores[place] != Float.NEGATIVE_INFINITY) {
                scores[place] = Float.NEGATIVE_INFINITY;
                left--;
              }
            }
          }
          lists[from + user] =
              list(this.users.base(row), vectors[user], scores, Math.min(n, left), left);
        });
  }

  /// @param scores approximate scores, negative infinity for items that are left out
  /// @param n the length of the list
  /// @param left number of items that are not left out
  private TopList list(float base, float[] vector, float[] scores, int n, int left) {
    if (n == 0) {
      return new TopList(new int[0], new float[0]);
    }
    float[] padded = factors.padded(vector);
    int[] near = near(scores, bar(base, vector), n, left);
    Arrays.sort(near); // so that equal scores are ordered by item
    float[] exact = new float[near.length];
    for (int i = 0; i < near.length; i++) {
      exact[i] =
          ItemFactors.score(base, factors.bias(items[near[i]]), padded, rows, near[i] * rowLength);
    }
    int[] best = TopItems.of(exact, n, null);
    TopList list = new TopList(new int[n], new float[n]);
    for (int rank = 0; rank < n; rank++) {
      list.items[rank] = items[near[best[rank]]];
      list.scores[rank] = exact[best[rank]];
    }
    return list;
  }

  /// Returns how far below the n-th highest approximate score an item of the list may be.
  private double bar(float base, float[] vector) {
    double magnitude = Math.abs(base) + largestBias + Math.sqrt(squaredLength(vector)) * longest;
    return 2 * SLACK * (2 * gamma * magnitude + TINY);
  }

  /// Returns the places of all items that can be in the list, and perhaps of a few more.
  private static int[] near(float[] scores, double bar, int n, int left) {
    int[] top = TopItems.of(scores, Math.min(left, n + n / 8 + 8), null);
    double lowest = scores[top[n - 1]] - bar;
    if (top.length == left || scores[top[top.length - 1]] < lowest) {
      return top;
    }
    int[] near = new int[left];
    int count = 0;
    for (int place = 0; place < scores.length; place++) {
      if (scores[place] >= lowest && scores[place] != Float.NEGATIVE_INFINITY) {
        near[count++] = place;
      }
    }
    return Arrays.copyOf(near, count);
  }

  /// Returns the ranking whose lists these are.
  CatalogRanking ranking() {
    return ranking;
  }
}
