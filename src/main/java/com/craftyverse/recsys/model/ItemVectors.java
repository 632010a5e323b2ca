package com.craftyverse.recsys.model;

/// The vectors and biases of all items, as a fold-in reads them. Thread-safe.
public interface ItemVectors {
  /// Returns the number of items.
  int items();

  /// Returns the length of a vector.
  int factors();

  /// Returns an item's bias; 0 in a ranking model.
  float bias(int item);

  /// Returns an item's vector in a new array.
  float[] vector(int item);
}
