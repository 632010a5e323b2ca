package com.craftyverse.recsys.sample;

import java.util.Arrays;

/// The rows of a ratings file in memory, in file order, and the statistics that the tests use.
final class Ratings {
  final int size;
  final int[] user;
  final int[] movie;
  final float[] rating;
  final long[] time;

  private int filled;

  Ratings(int size) {
    this.size = size;
    user = new int[size];
    movie = new int[size];
    rating = new float[size];
    time = new long[size];
  }

  static Ratings of(SampleGenerator generator, int threads) {
    Ratings ratings = new Ratings(generator.spec().ratings());
    generator.forEachRating(threads, ratings::add);
    return ratings;
  }

  void add(int userId, int movieId, float stars, long timestamp) {
    user[filled] = userId;
    movie[filled] = movieId;
    rating[filled] = stars;
    time[filled++] = timestamp;
  }

  int filled() {
    return filled;
  }

  int maxUser() {
    return Arrays.stream(user).max().orElseThrow();
  }

  int maxMovie() {
    return Arrays.stream(movie).max().orElseThrow();
  }

  /// Returns a quantile of the timestamps as numpy computes it.
  double timeQuantile(double q) {
    long[] sorted = time.clone();
    Arrays.sort(sorted);
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = sorted[i];
    }
    return quantile(values, q);
  }

  /// Returns a quantile of ascending values, linearly interpolated.
  static double quantile(double[] sorted, double q) {
    double h = (sorted.length - 1) * q;
    int low = (int) h;
    double a = sorted[low];
    double b = sorted[Math.min(low + 1, sorted.length - 1)];
    double t = h - low;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
  }

  /// Returns the number of ratings by id (of the user or movie column).
  static int[] counts(int[] ids) {
    int[] counts = new int[Arrays.stream(ids).max().orElseThrow() + 1];
    for (int id : ids) {
      counts[id]++;
    }
    return counts;
  }

  /// Returns the mean rating by id; NaN when an id has no ratings.
  double[] means(int[] ids) {
    int[] counts = counts(ids);
    double[] means = new double[counts.length];
    for (int i = 0; i < size; i++) {
      means[ids[i]] += rating[i];
    }
    for (int id = 0; id < means.length; id++) {
      means[id] /= counts[id];
    }
    return means;
  }

  /// Mean and standard deviation.
  record Moments(double mean, double sd) {
    static Moments of(double[] values) {
      double mean = Arrays.stream(values).average().orElseThrow();
      double square = 0;
      for (double value : values) {
        square += (value - mean) * (value - mean);
      }
      return new Moments(mean, Math.sqrt(square / values.length));
    }
  }
}
