package com.craftyverse.recsys.serve;

/// The time that popularity is counted in.
public enum Period {
  /// All of the training ratings.
  all,
  /// The last fifth of them in time.
  recent
}
