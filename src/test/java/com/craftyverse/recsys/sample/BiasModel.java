package com.craftyverse.recsys.sample;

/// The baseline `μ + b_u + b_i`, fitted alternately with a little shrinkage, plus a small matrix
/// factorization. The tests compare the oracle with it. It is kept simple and independent of the project's
/// own trainer.
final class BiasModel {
  private static final double SHRINKAGE = 5;
  private static final int TURNS = 15;

  final double[] userBias;
  final double[] movieBias;
  final int[] userCount;
  final int[] movieCount;
  private final double mean;
  private int factors;
  private double[] p = {};
  private double[] q = {};

  /// Fits the biases to the rows with a timestamp of at most `lastTime`.
  BiasModel(Ratings rows, double lastTime) {
    userBias = new double[rows.maxUser() + 1];
    movieBias = new double[rows.maxMovie() + 1];
    userCount = new int[userBias.length];
    movieCount = new int[movieBias.length];
    double sum = 0;
    int size = 0;
    for (int i = 0; i < rows.size; i++) {
      if (rows.time[i] <= lastTime) {
        sum += rows.rating[i];
        size++;
        userCount[rows.user[i]]++;
        movieCount[rows.movie[i]]++;
      }
    }
    mean = sum / size;
    for (int pass = 0; pass < TURNS; pass++) {
      double[] movieSums = new double[movieBias.length];
      for (int i = 0; i < rows.size; i++) {
        if (rows.time[i] <= lastTime) {
          movieSums[rows.movie[i]] += rows.rating[i] - mean - userBias[rows.user[i]];
        }
      }
      for (int m = 0; m < movieBias.length; m++) {
        movieBias[m] = movieSums[m] / (movieCount[m] + SHRINKAGE);
      }
      double[] userSums = new double[userBias.length];
      for (int i = 0; i < rows.size; i++) {
        if (rows.time[i] <= lastTime) {
          userSums[rows.user[i]] += rows.rating[i] - mean - movieBias[rows.movie[i]];
        }
      }
      for (int u = 0; u < userBias.length; u++) {
        userBias[u] = userSums[u] / (userCount[u] + SHRINKAGE);
      }
    }
  }

  /// Adds factors by stochastic gradient descent over the same rows.
  void learnFactors(Ratings rows, double lastTime, int factors, int epochs, long seed) {
    this.factors = factors;
    SplitMix random = new SplitMix(seed);
    p = new double[userBias.length * factors];
    q = new double[movieBias.length * factors];
    for (int k = 0; k < p.length; k++) {
      p[k] = 0.1 * random.nextGaussian();
    }
    for (int k = 0; k < q.length; k++) {
      q[k] = 0.1 * random.nextGaussian();
    }
    int[] order = new int[rows.size];
    int size = 0;
    for (int i = 0; i < rows.size; i++) {
      if (rows.time[i] <= lastTime) {
        order[size++] = i;
      }
    }
    for (int epoch = 0; epoch < epochs; epoch++) {
      double rate = 0.02 * (1 - (double) epoch / epochs);
      for (int k = size - 1; k > 0; k--) {
        int other = random.nextInt(k + 1);
        int swap = order[k];
        order[k] = order[other];
        order[other] = swap;
      }
      for (int k = 0; k < size; k++) {
        step(rows, order[k], rate);
      }
    }
  }

  private void step(Ratings rows, int row, double rate) {
    int u = rows.user[row];
    int m = rows.movie[row];
    double error = rows.rating[row] - score(u, m);
    userBias[u] += rate * (error - 0.02 * userBias[u]);
    movieBias[m] += rate * (error - 0.02 * movieBias[m]);
    for (int f = 0; f < factors; f++) {
      double userFactor = p[u * factors + f];
      double movieFactor = q[m * factors + f];
      p[u * factors + f] += rate * (error * movieFactor - 0.06 * userFactor);
      q[m * factors + f] += rate * (error * userFactor - 0.06 * movieFactor);
    }
  }

  boolean contains(int userId, int movieId) {
    return userCount[userId] > 0 && movieCount[movieId] > 0;
  }

  double predict(int userId, int movieId) {
    return Math.clamp(score(userId, movieId), 0.5, 5);
  }

  private double score(int userId, int movieId) {
    double sum = mean + userBias[userId] + movieBias[movieId];
    for (int f = 0; f < factors; f++) {
      sum += p[userId * factors + f] * q[movieId * factors + f];
    }
    return sum;
  }
}
