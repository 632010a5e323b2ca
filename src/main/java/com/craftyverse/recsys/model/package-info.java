/// A model's factors in memory: scores, the best n of them, and users who are placed among the items by
/// what they chose. Serving answers from it, and evaluation judges by it, so that what is measured is
/// what is served.
///
/// - [ItemFactors][com.craftyverse.recsys.model.ItemFactors] holds the vectors of all items, a model's
///   rating vectors or its ranking vectors, an array for each factor: scoring the catalogue is a plain
///   loop, and a score has the same bits alone or among all others.
/// - [TopItems][com.craftyverse.recsys.model.TopItems] finds the best n, exactly; equal scores are ordered
///   by item.
/// - [RatingFoldIn][com.craftyverse.recsys.model.RatingFoldIn] and
///   [RankingFoldIn][com.craftyverse.recsys.model.RankingFoldIn] solve for the vector of a user of whom a
///   [History][com.craftyverse.recsys.model.History] is known, and tell what each known item adds to a
///   score.
@NullMarked
package com.craftyverse.recsys.model;

import org.jspecify.annotations.NullMarked;
