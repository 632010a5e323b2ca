package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.model.History;
import java.util.Arrays;
import java.util.BitSet;

/// A user's known items and ratings at the time of a recommendation, oldest first. Instances are reused for
/// other users.
final class Profile {
  private int[] items = new int[256];
  private float[] ratings = new float[256];
  private int size;
  private final BitSet knownItems = new BitSet();

  /// The model's index of the user, or [HeldOutRatings#UNKNOWN].
  private int user = HeldOutRatings.UNKNOWN;

  /// Clears the profile for another user.
  void reset(int user) {
    this.user = user;
    size = 0;
    knownItems.clear();
  }

  void add(int item, float rating) {
    if (size == items.length) {
      items = Arrays.copyOf(items, 2 * size);
      ratings = Arrays.copyOf(ratings, 2 * size);
    }
    items[size] = item;
    ratings[size++] = rating;
    knownItems.set(item);
  }

  /// Returns whether the profile contains the item.
  boolean contains(int item) {
    return knownItems.get(item);
  }

  /// Returns the number of distinct items.
  int distinctItems() {
    return knownItems.cardinality();
  }

  /// Returns a copy for a fold-in.
  History history() {
    return new History(Arrays.copyOf(items, size), Arrays.copyOf(ratings, size));
  }

  /// Returns a copy for a fold-in into another model.
  ///
  /// @param indices that model's index of each item; -1 for items that it does not know, which are left out
  History history(int[] indices) {
    int[] known = new int[size];
    float[] values = new float[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (indices[items[i]] >= 0) {
        known[count] = indices[items[i]];
        values[count++] = ratings[i];
      }
    }
    return new History(Arrays.copyOf(known, count), Arrays.copyOf(values, count));
  }

  int user() {
    return user;
  }

  int size() {
    return size;
  }

  int item(int i) {
    return items[i];
  }

  float rating(int i) {
    return ratings[i];
  }
}
