package com.craftyverse.recsys.train;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// A list of ratings by dense index, filled by tests.
public final class RatingList {
  private int[] users = new int[16];
  private int[] items = new int[16];
  private float[] ratings = new float[16];
  private int size;

  /// Appends a rating.
  public void add(int user, int item, float rating) {
    if (size == users.length) {
      users = Arrays.copyOf(users, 2 * size);
      items = Arrays.copyOf(items, 2 * size);
      ratings = Arrays.copyOf(ratings, 2 * size);
    }
    users[size] = user;
    items[size] = item;
    ratings[size++] = rating;
  }

  /// Removes all ratings.
  void clear() {
    size = 0;
  }

  public int size() {
    return size;
  }

  public int user(int i) {
    return users[i];
  }

  public int item(int i) {
    return items[i];
  }

  public float rating(int i) {
    return ratings[i];
  }

  /// Returns the mean rating.
  public double mean() {
    return IntStream.range(0, size).mapToDouble(i -> ratings[i]).average().orElse(0);
  }

  /// Returns the lowest rating.
  public float lowest() {
    return (float) IntStream.range(0, size).mapToDouble(i -> ratings[i]).min().orElseThrow();
  }

  /// Returns the highest rating.
  public float highest() {
    return (float) IntStream.range(0, size).mapToDouble(i -> ratings[i]).max().orElseThrow();
  }

  /// Returns a stably sorted copy.
  RatingList sorted(Comparator<Integer> order) {
    RatingList sorted = new RatingList();
    IntStream.range(0, size)
        .boxed()
        .sorted(order)
        .forEach(i -> sorted.add(users[i], items[i], ratings[i]));
    return sorted;
  }
}
