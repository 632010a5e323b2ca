package com.craftyverse.recsys.ingest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

  private boolean whole = true;
  private boolean half = true;

  /// By item code, the user who rated it last; null if pairs are not tracked.
  private int @Nullable [] lastUsers;

  private int previousUser = -1;
  private boolean repeated;

  private long previousPair = -1;
  private boolean ascending = true;

  /// Keeps track of repeated pairs as long as the rows of each user are together. Items must be codes, which are
  /// dense.
  void trackPairs() {
    lastUsers = new int[1 << 12];
  }

  /// Returns whether no pair of user and item occurs twice, as far as that was tracked.
  boolean isDistinct() {
    return ascending || (lastUsers != null && !repeated);
  }

  private void trackPairs(RatingsBatch batch, int[] users) {
    int[] last = users;
    int previous = previousUser;
    for (int i = 0; i < batch.rows; i++) {
      int user = batch.users[i];
      int item = batch.items[i];
      if (user < previous) {
        // Not together, so this says nothing about pairs.
        lastUsers = null;
        return;
      }
      previous = user;
      if (item >= last.length) {
        last = Arrays.copyOf(last, Math.max(item + 1, 2 * last.length));
        lastUsers = last;
      }
      // 0 stands for nobody.
      repeated |= last[item] == user + 1;
      last[item] = user + 1;
    }
    previousUser = previous;
  }

  void add(RatingsBatch batch) {
    int count = batch.rows;
    rows += count;
    int[] tracked = lastUsers;
    if (tracked != null) {
      trackPairs(batch, tracked);
    }
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
    boolean onlyWhole = whole;
    boolean onlyHalf = half;
    for (int i = 0; i < count; i++) {
      float rating = batch.ratings[i];
      onlyWhole &= rating == (int) rating;
      onlyHalf &= 2 * rating == (int) (2 * rating);
      minRating = rating < minRating ? rating : minRating;
      maxRating = rating > maxRating ? rating : maxRating;
      minTimestamp = Math.min(minTimestamp, batch.timestamps[i]);
      maxTimestamp = Math.max(maxTimestamp, batch.timestamps[i]);
    }
    whole = onlyWhole;
    half = onlyHalf;
  }

  /// Returns the distance between neighbouring ratings: 1 if all are whole numbers, 0.5 if all are whole or half
  /// numbers, else null.
  @Nullable Double step() {
    return whole ? Double.valueOf(1) : half ? Double.valueOf(0.5) : null;
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
