package com.craftyverse.recsys.evaluate;

/// How well lists of one length find what users chose later; [RankingMetrics] has the formulas.
///
/// @param ndcg normalized discounted cumulative gain
/// @param recall share of the relevant items that are in the list
/// @param precision share of the list that is relevant
/// @param hitRate share of users with a relevant item in the list
/// @param mrr mean reciprocal rank of the first relevant item
/// @param map mean average precision
public record CutoffFigures(
    Interval ndcg,
    Interval recall,
    Interval precision,
    Interval hitRate,
    Interval mrr,
    Interval map) {
  /// Reads the figures from consecutive intervals in the order of [RankingMetrics].
  static CutoffFigures of(Interval[] intervals, int at) {
    return new CutoffFigures(
        intervals[at + RankingMetrics.NDCG],
        intervals[at + RankingMetrics.RECALL],
        intervals[at + RankingMetrics.PRECISION],
        intervals[at + RankingMetrics.HIT_RATE],
        intervals[at + RankingMetrics.MRR],
        intervals[at + RankingMetrics.MAP]);
  }
}
