package com.craftyverse.recsys.serve;

/// Where an answer comes from.
public enum Source {
  /// The model knows the user and the item.
  model,
  /// The user's ratings came with the request, and the model knows the item.
  foldIn,
  /// Recommendations are what many users chose, whoever asks: because the request wants that, or because
  /// nothing is known of the user.
  popular,
  /// Neither; the prediction is the average that its reason explains.
  fallback
}
