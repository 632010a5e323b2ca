package com.craftyverse.recsys.index;

import java.util.Arrays;
import java.util.stream.Collectors;

/// A grid of blocks over the user × item matrix: users and items cut into as many ranges each, so that
/// every range holds about as many ratings.
///
/// Blocks on a diagonal share neither users nor items. [#SIDE] of them can be trained on side by side
/// by up to that many threads, in any order, with the same result. A Lambda function has 6 processors
/// at most, and 6 is divided evenly by 1, 2 and 3. More blocks would cut each user's ratings into
/// shorter runs, which are learned in batches of 8: with 12 a side an epoch takes 1.2 times as long.
final class BlockGrid {
  /// Blocks on each side.
  static final int SIDE = 6;

  private final int[] userBounds;
  private final int[] itemBounds;

  /// @param ratingsOfUser ratings of each user
  /// @param ratingsOfItem ratings of each item
  BlockGrid(int[] ratingsOfUser, int[] ratingsOfItem) {
    userBounds = bounds(ratingsOfUser);
    itemBounds = bounds(ratingsOfItem);
  }

  /// The users of block row `i` are `userBounds[i]` up to but not including `userBounds[i + 1]`.
  int[] userBounds() {
    return userBounds;
  }

  /// The items of block column `i`, likewise.
  int[] itemBounds() {
    return itemBounds;
  }

  static String text(int[] bounds) {
    return Arrays.stream(bounds).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }

  private static int[] bounds(int[] ratings) {
    long total = 0;
    for (int count : ratings) {
      total += count;
    }
    int[] bounds = new int[SIDE + 1];
    long sum = 0;
    int range = 1;
    for (int i = 0; i < ratings.length && range < SIDE; i++) {
      sum += ratings[i];
      while (range < SIDE && sum * SIDE >= total * range) {
        bounds[range++] = i + 1;
      }
    }
    Arrays.fill(bounds, range, SIDE + 1, ratings.length);
    return bounds;
  }
}
