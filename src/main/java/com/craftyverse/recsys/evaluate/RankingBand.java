package com.craftyverse.recsys.evaluate;

/// How well lists find what users chose, in one band of users, items or time. In a band of items, only the
/// items of the band are relevant.
///
/// @param band the band, see [Bands] and [Periods]
/// @param users number of users with a list and a relevant item
/// @param ndcgAt10 mean NDCG@10 of the first ranker
/// @param recentlyPopular mean NDCG@10 of what was popular lately
public record RankingBand(String band, int users, double ndcgAt10, double recentlyPopular) {}
