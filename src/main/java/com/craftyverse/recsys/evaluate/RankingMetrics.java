package com.craftyverse.recsys.evaluate;

/// Metrics of one user's list of recommendations, given the items that the user chose later.
///
/// Relevance is binary. `hit(i)` is 1 if the item at rank i (from 1) is relevant and 0 otherwise, `R` is the
/// number of relevant items, and the list is cut off at rank `k`:
///
/// ```
/// NDCG       Σ hit(i) / log2(i + 1)  ÷  Σ_{i ≤ min(k, R)} 1 / log2(i + 1)
/// recall     Σ hit(i) ÷ R
/// precision  Σ hit(i) ÷ k
/// hit rate   1 if there is a hit, else 0
/// MRR        1 ÷ rank of the first hit, 0 without one
/// MAP        Σ hit(i) · precision at i  ÷  min(k, R)
/// ```
///
/// Each sum runs over the ranks 1 to k. NDCG follows Järvelin & Kekäläinen, "Cumulated gain-based
/// evaluation of IR techniques" (TOIS 2002), with the discount of Burges et al. (ICML 2005); the others
/// follow Manning, Raghavan & Schütze, "Introduction to Information Retrieval" (2008), chapter 8. A list
/// shorter than k has no hits at the missing ranks.
final class RankingMetrics {
  static final int NDCG = 0;
  static final int RECALL = 1;
  static final int PRECISION = 2;
  static final int HIT_RATE = 3;
  static final int MRR = 4;
  static final int MAP = 5;

  /// Number of metrics.
  static final int COUNT = 6;

  private final int cutoff;
  private final double[] discounts;

  /// DCG of a list whose first n items are relevant, indexed by n.
  private final double[] idealDcg;

  /// @param cutoff k, at least 1
  RankingMetrics(int cutoff) {
    this.cutoff = cutoff;
    this.discounts = new double[cutoff];
    this.idealDcg = new double[cutoff + 1];
    for (int i = 0; i < cutoff; i++) {
      discounts[i] = StrictMath.log(2) / StrictMath.log(i + 2);
      idealDcg[i + 1] = idealDcg[i] + discounts[i];
    }
  }

  /// Returns the NDCG of one list.
  ///
  /// @param hits whether the item at each rank is relevant
  /// @param length length of the list, any number
  /// @param relevant R, at least 1
  float ndcg(boolean[] hits, int length, int relevant) {
    double dcg = 0;
    for (int i = 0; i < Math.min(length, cutoff); i++) {
      dcg += hits[i] ? discounts[i] : 0;
    }
    return (float) (dcg / idealDcg[Math.min(cutoff, relevant)]);
  }

  /// Writes the metrics of one list to `out[at … at + COUNT − 1]`.
  ///
  /// @param hits whether the item at each rank is relevant
  /// @param length length of the list, any number
  /// @param relevant R, at least 1
  void measure(boolean[] hits, int length, int relevant, float[] out, int at) {
    double dcg = 0;
    double precisionSum = 0;
    int hitCount = 0;
    int first = 0;
    for (int i = 0; i < Math.min(length, cutoff); i++) {
      if (hits[i]) {
        hitCount++;
        dcg += discounts[i];
        precisionSum += hitCount / (i + 1.0);
        first = first == 0 ? i + 1 : first;
      }
    }
    int idealHits = Math.min(cutoff, relevant);
    out[at + NDCG] = (float) (dcg / idealDcg[idealHits]);
    out[at + RECALL] = (float) hitCount / relevant;
    out[at + PRECISION] = (float) hitCount / cutoff;
    out[at + HIT_RATE] = hitCount > 0 ? 1 : 0;
    out[at + MRR] = first == 0 ? 0 : 1f / first;
    out[at + MAP] = (float) (precisionSum / idealHits);
  }
}
