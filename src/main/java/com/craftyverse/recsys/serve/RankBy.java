package com.craftyverse.recsys.serve;

/// What recommendations are ordered by.
public enum RankBy {
  /// How likely the user is to choose the movie: the score of the ranking model.
  preference,
  /// How the user would rate the movie: the prediction of the rating model.
  rating,
  /// How many users chose the movie lately.
  popularity
}
