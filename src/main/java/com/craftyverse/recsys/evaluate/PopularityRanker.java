package com.craftyverse.recsys.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A ranker with the same order for all users: by the number of ratings per item.
final class PopularityRanker implements Ranker {
  private final String name;
  private final int[] order;

  /// @param ratings number of ratings per item
  PopularityRanker(String name, int[] ratings) {
    this.name = name;
    this.order =
        IntStream.range(0, ratings.length)
            .boxed()
            .sorted(Comparator.comparingInt((Integer item) -> -ratings[item]))
            .mapToInt(item -> item)
            .toArray();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int[][] top(List<Profile> users, int n) {
    return users.stream().map(user -> top(user, n)).toArray(int[][]::new);
  }

  private int[] top(Profile user, int n) {
    int[] top = new int[Math.min(n, order.length)];
    int size = 0;
    for (int i = 0; i < order.length && size < top.length; i++) {
      if (!user.contains(order[i])) {
        top[size++] = order[i];
      }
    }
    return Arrays.copyOf(top, size);
  }
}
