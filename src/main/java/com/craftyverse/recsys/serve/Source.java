package com.craftyverse.recsys.serve;

/// Where a prediction comes from.
public enum Source {
  /// The model knows the user and the movie.
  model,
  /// The user's ratings came with the request, and the model knows the movie.
  foldIn,
  /// Neither; the prediction is the average that its reason explains.
  fallback
}
