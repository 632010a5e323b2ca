package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.model.History;
import java.util.Arrays;
import java.util.BitSet;

/// What is known of a user when recommendations are made: items and ratings in the order in which they became
/// known. Reused from user to user.
final class Profile {
  private int[] items = new int[256];
  private float[] ratings = new float[256];
  private int size;
  private final BitSet known = new BitSet();

  /// The model's index of the user, or [HeldOutRatings#UNKNOWN].
  private int user = HeldOutRatings.UNKNOWN;

  /// Begins another user's profile.
  void reset(int user) {
    this.user = user;
    size = 0;
    known.clear();
  }

  void add(int item, float rating) {
    if (size == items.length) {
      items = Arrays.copyOf(items, 2 * size);
      ratings = Arrays.copyOf(ratings, 2 * size);
    }
    items[size] = item;
    ratings[size++] = rating;
    known.set(item);
  }

  /// Whether the item is among those of the profile.
  boolean knows(int item) {
    return known.get(item);
  }

  /// Items of the profile, each counted once.
  int distinctItems() {
    return known.cardinality();
  }

  /// The same as a value, for a fold-in.
  History history() {
    return new History(Arrays.copyOf(items, size), Arrays.copyOf(ratings, size));
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
