package com.craftyverse.recsys.serve;

/// Where an answer comes from.
public enum Source {
  /// The model knows the user and the item.
  model,
  /// The user's ratings came with the request, and the model knows the item.
  foldIn,
  /// What many users chose, either because the request asks for popularity or because nothing is known
  /// about the user.
  popular,
  /// Neither; the prediction is the average that its reason explains.
  fallback
}
