package com.craftyverse.recsys.ingest;

/// Counts and ranges of ratings, accumulated batch by batch.
final class RatingsSummary {
  private long rows;
  private int minUser = Integer.MAX_VALUE;
  private int maxUser = Integer.MIN_VALUE;
  private int minItem = Integer.MAX_VALUE;
  private int maxItem = Integer.MIN_VALUE;
  private float minRating = Float.MAX_VALUE;
  private float maxRating = -Float.MAX_VALUE;
  private long minTimestamp = Long.MAX_VALUE;
  private long maxTimestamp = Long.MIN_VALUE;

  private long previousPair = -1;
  private boolean ascending = true;

  void add(RatingsBatch batch) {
    int count = batch.rows;
    rows += count;
    long previous = previousPair;
    boolean rising = ascending;
    for (int i = 0; i < count; i++) {
      int user = batch.users[i];
      int item = batch.items[i];
      long pair = ((long) user << Integer.SIZE) | item;
      rising &= pair > previous;
      previous = pair;
      minUser = Math.min(minUser, user);
      maxUser = Math.max(maxUser, user);
      minItem = Math.min(minItem, item);
      maxItem = Math.max(maxItem, item);
    }
    previousPair = previous;
    ascending = rising;
    for (int i = 0; i < count; i++) {
      float rating = batch.ratings[i];
      minRating = rating < minRating ? rating : minRating;
      maxRating = rating > maxRating ? rating : maxRating;
      minTimestamp = Math.min(minTimestamp, batch.timestamps[i]);
      maxTimestamp = Math.max(maxTimestamp, batch.timestamps[i]);
    }
  }

  long rows() {
    return rows;
  }

  /// Returns whether the rows are ordered by user and then by item, each pair once, as in MovieLens' own
  /// files.
  boolean isAscending() {
    return ascending;
  }

  int minUser() {
    return minUser;
  }

  int maxUser() {
    return maxUser;
  }

  int minItem() {
    return minItem;
  }

  int maxItem() {
    return maxItem;
  }

  float minRating() {
    return minRating;
  }

  float maxRating() {
    return maxRating;
  }

  long minTimestamp() {
    return minTimestamp;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }
}
