/// A model's factors in memory: scoring, top-n selection, and fold-in of users from the items that they
/// chose. Serving and evaluation share this code, so evaluation measures what serving returns.
///
/// - [ItemFactors][com.craftyverse.recsys.model.ItemFactors] holds the rating vectors or the ranking vectors
///   of all items, one array per factor. Scoring the catalogue is a plain loop, and the score of an item has
///   the same bits whether it is computed alone or with all others.
/// - [TopItems][com.craftyverse.recsys.model.TopItems] finds the exact best n; equal scores are ordered by
///   item.
/// - [RatingFoldIn][com.craftyverse.recsys.model.RatingFoldIn] and
///   [RankingFoldIn][com.craftyverse.recsys.model.RankingFoldIn] solve for the vector of a user from their
///   [History][com.craftyverse.recsys.model.History], and compute how much each item of the history
///   contributes to a score.
@NullMarked
package com.craftyverse.recsys.model;

import org.jspecify.annotations.NullMarked;
