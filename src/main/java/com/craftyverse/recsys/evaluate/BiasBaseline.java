package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.ModelCard;
import java.io.InterruptedIOException;
import java.util.Arrays;

/// A baseline that predicts a rating as `μ + b_i + b_u`, from training ratings only: the decoupled
/// baseline of Koren ("Factor in the Neighbors: Scalable and Accurate Collaborative Filtering",
/// TKDD 2010, section 2.1).
///
/// ```
/// b_i = Σ (r − μ) / (25 + n_i)        b_u = Σ (r − μ − b_i) / (10 + n_u)
/// ```
///
/// It also knows the two simpler baselines, μ and the mean of each item.
final class BiasBaseline {
  private static final double ITEM_DAMPING = 25;
  private static final double USER_DAMPING = 10;

  private final double mean;
  private final double[] itemMean;
  private final double[] itemBias;
  private final double[] userBias;
  private final boolean isConstant;

  /// Computes the means and biases in three passes over the training ratings.
  BiasBaseline(Ratings training, ModelCard card)
      throws MalformedFileException, InterruptedIOException {
    double[] sum = new double[1];
    float[] range = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    training.forEach(
        (user, item, rating) -> {
          sum[0] += rating;
          range[0] = Math.min(range[0], rating);
          range[1] = Math.max(range[1], rating);
        });
    this.mean = sum[0] / training.rows();
    this.isConstant = range[0] == range[1];
    this.itemBias = new double[card.items()];
    int[] itemRatings = new int[card.items()];
    training.forEach(
        (user, item, rating) -> {
          itemBias[item] += rating - mean;
          itemRatings[item]++;
        });
    this.itemMean = new double[card.items()];
    Arrays.setAll(
        itemMean, item -> mean + (itemRatings[item] == 0 ? 0 : itemBias[item] / itemRatings[item]));
    damp(itemBias, itemRatings, ITEM_DAMPING);
    this.userBias = new double[card.users()];
    int[] userRatings = new int[card.users()];
    training.forEach(
        (user, item, rating) -> {
          userBias[user] += rating - mean - itemBias[item];
          userRatings[user]++;
        });
    damp(userBias, userRatings, USER_DAMPING);
  }

  private static void damp(double[] sums, int[] counts, double damping) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= damping + counts[i];
    }
  }

  /// Returns μ, the mean of the training ratings.
  double mean() {
    return mean;
  }

  /// Returns whether all training ratings are equal.
  boolean isConstant() {
    return isConstant;
  }

  /// Returns the mean of an item's training ratings, or μ for -1, an item outside training.
  double itemMean(int item) {
    return item < 0 ? mean : itemMean[item];
  }

  /// Returns the prediction; -1 stands for a user or an item outside training.
  double predict(int user, int item) {
    return mean + (item < 0 ? 0 : itemBias[item]) + (user < 0 ? 0 : userBias[user]);
  }

  /// Returns a user without ratings, for ratings that arrive one by one.
  RunningUser newUser() {
    return new RunningUser();
  }

  /// The bias of a user, updated with each rating.
  final class RunningUser {
    private double sum;
    private int ratings;

    void add(int item, float rating) {
      sum += rating - mean - itemBias[item];
      ratings++;
    }

    double predict(int item) {
      return mean + itemBias[item] + sum / (USER_DAMPING + ratings);
    }
  }
}
