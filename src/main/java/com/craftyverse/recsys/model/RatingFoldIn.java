package com.craftyverse.recsys.model;

import com.craftyverse.recsys.format.ModelCard;
import java.util.Arrays;

/// A fold-in of users into a rating model with fixed items. From a user's ratings it finds the vector p and
/// the bias b that minimize
///
/// ```
/// Σ (r − μ − b_i − b − p · q_i)²  +  (n + c) (λ |p|² + λ′ b²)
/// ```
///
/// over the n ratings r, where λ is the regularization of training × its unit. This is ridge regression;
/// except for c, training minimizes the same objective for a user. Models of kind `dot` have no biases and no
/// b.
public final class RatingFoldIn {
  /// Keeps the equations solvable for models trained without a penalty.
  private static final double MIN_REGULARIZATION = 0.001;

  /// c: makes the fold-in trust small numbers of ratings less. Chosen on the new users of two validation
  /// sets, where 0, 5, 10, 20 and 50 differ by less than 0.004 in RMSE.
  private static final double PRIOR_RATINGS = 10;

  private final ModelCard card;
  private final ItemVectors items;
  private final double regularization;
  private final double biasRegularization;
  private final double prior;

  /// Prepares a fold-in.
  ///
  /// @param regularization of the users' factors in training, in training units
  /// @param biasRegularization λ′, the regularization of the users' biases in training
  public RatingFoldIn(
      ModelCard card, ItemVectors items, double regularization, double biasRegularization) {
    this(card, items, regularization, biasRegularization, PRIOR_RATINGS);
  }

  /// Prepares a fold-in with another prior.
  ///
  /// @param prior c
  public RatingFoldIn(
      ModelCard card,
      ItemVectors items,
      double regularization,
      double biasRegularization,
      double prior) {
    this.prior = prior;
    this.card = card;
    this.items = items;
    this.regularization = Math.max(MIN_REGULARIZATION, regularization);
    this.biasRegularization = Math.max(MIN_REGULARIZATION, biasRegularization);
  }

  /// Returns the regularization of the users' factors, in training units.
  public double regularization() {
    return regularization;
  }

  /// Returns λ′.
  public double biasRegularization() {
    return biasRegularization;
  }

  /// Returns c, the number of ratings that the penalty adds to the user's own.
  public double prior() {
    return prior;
  }

  /// Returns the diagonal of Λ, in ratings: λ for each factor, then λ′ if the model has biases.
  public double[] penalties() {
    double[] penalties = new double[items.factors() + (card.isDot() ? 0 : 1)];
    Arrays.fill(penalties, regularization * card.unit());
    if (!card.isDot()) {
      penalties[items.factors()] = biasRegularization;
    }
    return penalties;
  }

  /// The embedding of a folded-in user.
  ///
  /// @param vector p
  /// @param bias b
  public record UserEmbedding(float[] vector, float bias) {}

  /// Returns the embedding of a user with these ratings.
  ///
  /// @param history at least one rating
  public UserEmbedding foldIn(History history) {
    double[] solution = new Equations(history).solve();
    float[] vector = new float[items.factors()];
    for (int f = 0; f < vector.length; f++) {
      vector[f] = (float) solution[f];
    }
    return new UserEmbedding(vector, card.isDot() ? 0 : (float) solution[vector.length]);
  }

  /// Returns a user's equations, which express each prediction as a sum over the user's ratings.
  ///
  /// @param history at least one rating
  public Equations equations(History history) {
    return new Equations(history);
  }

  /// The normal equations `(XᵀX + (n + c) Λ) w = Xᵀy`. A row of X is an item's vector, followed by a 1 for
  /// the bias.
  public final class Equations {
    private final History history;
    private final int size;
    private final double[][] rows;
    private final double[] residuals;
    private final NormalEquations normal;

    private Equations(History history) {
      this.history = history;
      this.size = items.factors() + (card.isDot() ? 0 : 1);
      int n = history.size();
      this.rows = new double[n][];
      this.residuals = new double[n];
      for (int i = 0; i < n; i++) {
        int item = history.items()[i];
        rows[i] = row(item);
        residuals[i] = (double) history.ratings()[i] - card.globalMean() - items.bias(item);
      }
      this.normal = new NormalEquations(size);
      normal.add(rows, null);
      double[] penalties = penalties();
      for (int f = 0; f < size; f++) {
        normal.addToDiagonal(f, (n + prior) * penalties[f]);
      }
      normal.decompose();
    }

    private double[] row(int item) {
      float[] vector = items.vector(item);
      double[] row = new double[size];
      for (int f = 0; f < vector.length; f++) {
        row[f] = vector[f];
      }
      if (size > vector.length) {
        row[vector.length] = 1;
      }
      return row;
    }

    private double[] solve() {
      double[] right = new double[size];
      for (int i = 0; i < rows.length; i++) {
        for (int f = 0; f < size; f++) {
          right[f] += residuals[i] * rows[i][f];
        }
      }
      return normal.solve(right);
    }

    /// Returns how much each rating contributes to the prediction of an item, in ratings. The contributions
    /// add up to the difference between the user's prediction and the item's average.
    public double[] contributions(int item) {
      double[] weights = normal.solve(row(item));
      double[] contributions = new double[history.size()];
      for (int i = 0; i < contributions.length; i++) {
        double similarity = 0;
        for (int f = 0; f < size; f++) {
          similarity += weights[f] * rows[i][f];
        }
        contributions[i] = similarity * residuals[i];
      }
      return contributions;
    }
  }
}
