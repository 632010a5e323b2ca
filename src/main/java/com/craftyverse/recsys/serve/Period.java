package com.craftyverse.recsys.serve;

/// The period over which popularity is counted.
public enum Period {
  /// All training ratings.
  all,
  /// The latest fifth of the training ratings.
  recent
}
