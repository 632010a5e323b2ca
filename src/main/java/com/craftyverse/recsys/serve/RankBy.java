package com.craftyverse.recsys.serve;

/// The order of recommendations.
public enum RankBy {
  /// How likely the user is to choose the item: the score of the ranking model.
  preference,
  /// How the user would rate the item: the prediction of the rating model.
  rating,
  /// How many users recently chose the item.
  popularity
}
