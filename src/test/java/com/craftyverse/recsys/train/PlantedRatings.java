package com.craftyverse.recsys.train;

import java.util.Random;

/// Ratings generated from biases, a product of few factors, and noise of known size: no model can
/// have an RMSE below [#NOISE].
public final class PlantedRatings {
  /// The standard deviation of the noise.
  public static final double NOISE = 0.3;

  private static final int RANK = 3;

  private PlantedRatings() {}

  /// Returns an index of 400 users and 150 items, with 24,000 training, 3,000 test and 3,000 validation
  /// ratings.
  public static IndexFixture index(int side) {
    Random random = new Random(5);
    IndexFixture index = new IndexFixture(400, 150, side);
    double[] userBias = gaussian(random, index.users(), 0.3);
    double[] itemBias = gaussian(random, index.items(), 0.4);
    double[] p = gaussian(random, index.users() * RANK, 0.7);
    double[] q = gaussian(random, index.items() * RANK, 0.7);
    boolean[] taken = new boolean[index.users() * index.items()];
    int count = 0;
    while (count < 30_000) {
      int user = random.nextInt(index.users());
      int item = random.nextInt(index.items());
      if (taken[user * index.items() + item]) {
        continue;
      }
      taken[user * index.items() + item] = true;
      double rating = 3 + userBias[user] + itemBias[item] + NOISE * random.nextGaussian();
      for (int i = 0; i < RANK; i++) {
        rating += p[user * RANK + i] * q[item * RANK + i];
      }
      RatingList list =
          count < 24_000 ? index.train : count < 27_000 ? index.test : index.validation;
      list.add(user, item, (float) rating);
      count++;
    }
    return index;
  }

  private static double[] gaussian(Random random, int count, double deviation) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }
}
