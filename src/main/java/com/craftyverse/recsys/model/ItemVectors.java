package com.craftyverse.recsys.model;

/// The vectors and biases of all items, as a fold-in reads them. Safe for any number of threads.
public interface ItemVectors {
  /// How many items there are.
  int items();

  /// The length of a vector.
  int factors();

  /// An item's bias; 0 in a ranking model.
  float bias(int item);

  /// An item's vector, a new array.
  float[] vector(int item);
}
