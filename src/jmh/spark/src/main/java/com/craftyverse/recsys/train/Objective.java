package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;

/// The objective of a model, computed by plain loops in double, so that neither side's code judges itself.
///
/// Both objectives are sums over the choices, over all pairs and over the squared norms of the vectors. With
/// `s` the score of a pair, `w` the weight of a choice and `n` the number of choices of a user or item:
///
/// ```
/// the project   Σ w(1 − s)² + α₀ Σ s² + λ Σ (Σw + α₀·items)|p|² + λ Σ (Σw + α₀·users)|q|²
/// MLlib         Σ (1 + αw)(1 − s)² − s² + Σ s² + λ Σ n|p|² + λ Σ n|q|²
/// ```
final class Objective {
  private static final int PIECES = 256;

  private final Choices choices;
  private final WorkerPool workers;
  private final int factors;
  private final int stride;
  private final float[] users;
  private final float[] items;

  /// @param users a row of `stride` floats for each user, by place; the first `factors` are used
  Objective(
      Choices choices, WorkerPool workers, int factors, int stride, float[] users, float[] items) {
    this.choices = choices;
    this.workers = workers;
    this.factors = factors;
    this.stride = stride;
    this.users = users;
    this.items = items;
  }

  /// A term of the sum over choices.
  @FunctionalInterface
  private interface Loss {
    double of(double weight, double score);
  }

  /// The penalty weight of a vector's squared norm.
  @FunctionalInterface
  private interface Price {
    double of(Choices.Rows rows, int row, int others);
  }

  /// Returns the objective of the project's solver.
  double ofProject(double regularization, double unobservedWeight) throws IOException {
    return choices((weight, score) -> weight * (1 - score) * (1 - score))
        + unobservedWeight * allPairs()
        + regularization
            * squares((rows, row, others) -> rows.weights()[row] + unobservedWeight * others);
  }

  /// Returns MLlib's objective.
  double ofMllib(double regularization, double alpha) throws IOException {
    return choices(
            (weight, score) -> (1 + alpha * weight) * (1 - score) * (1 - score) - score * score)
        + allPairs()
        + regularization * squares((rows, row, others) -> rows.count(row));
  }

  private double choices(Loss loss) throws IOException {
    Choices.Rows rows = choices.byUser();
    double[] sums = new double[PIECES];
    workers.run(
        PIECES,
        (piece, worker) -> {
          double sum = 0;
          for (int user = piece; user < rows.rows(); user += PIECES) {
            for (int at = rows.start()[user]; at < rows.start()[user + 1]; at++) {
              sum += loss.of(rows.weight(at), score(user, rows.index()[at]));
            }
          }
          sums[piece] = sum;
        });
    return sum(sums);
  }

  private double score(int user, int item) {
    double sum = 0;
    for (int i = 0; i < factors; i++) {
      sum += (double) users[user * stride + i] * items[item * stride + i];
    }
    return sum;
  }

  /// Returns Σ s² over all pairs, the sum of the elementwise product of both Gram matrices.
  private double allPairs() throws IOException {
    double[] ofUsers = gram(users, choices.users().length);
    double[] ofItems = gram(items, choices.items().length);
    double sum = 0;
    for (int i = 0; i < ofUsers.length; i++) {
      sum += ofUsers[i] * ofItems[i];
    }
    return sum;
  }

  private double[] gram(float[] matrix, int count) throws IOException {
    double[] gram = new double[factors * factors];
    workers.run(
        factors,
        (i, worker) -> {
          for (int row = 0; row < count; row++) {
            int at = row * stride;
            for (int j = 0; j < factors; j++) {
              gram[i * factors + j] += (double) matrix[at + i] * matrix[at + j];
            }
          }
        });
    return gram;
  }

  private double squares(Price price) {
    return squares(users, choices.byUser(), choices.items().length, price)
        + squares(items, choices.byItem(), choices.users().length, price);
  }

  private double squares(float[] matrix, Choices.Rows rows, int others, Price price) {
    double sum = 0;
    for (int row = 0; row < rows.rows(); row++) {
      double square = 0;
      for (int i = 0; i < factors; i++) {
        square += (double) matrix[row * stride + i] * matrix[row * stride + i];
      }
      sum += price.of(rows, row, others) * square;
    }
    return sum;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
