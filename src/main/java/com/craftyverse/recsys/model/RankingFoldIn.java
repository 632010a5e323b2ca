package com.craftyverse.recsys.model;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.Schemas;

/// A fold-in of users into a ranking model with fixed items. It finds the vector x that minimizes
///
/// ```
/// Σ w (1 − x · q_j)²  +  α₀ Σ_i (x · q_i)²  +  λ (Σ w + α₀ · items) |x|²
/// ```
///
/// The first sum runs over the chosen items j, with the weights w of their ratings; the second runs over all
/// items. Training minimizes the same objective for a user (Hu, Koren & Volinsky, "Collaborative Filtering
/// for Implicit Feedback Datasets", ICDM 2008, with the weights and the penalty of Rendle et al., "Revisiting
/// the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022). The sum over all items needs
/// only their Gram matrix, which is stored with the model. Thread-safe.
public final class RankingFoldIn {
  /// Keeps the equations solvable for models trained without a penalty.
  private static final double MIN_PENALTY = 1e-6;

  private final RankingCard card;
  private final ItemVectors items;

  /// α₀ · G.
  private final double[][] unobserved;

  /// Prepares a fold-in.
  ///
  /// @param items the items' ranking vectors
  /// @param gram G, the sum of the outer products of all items' vectors, k × k values
  public RankingFoldIn(RankingCard card, ItemVectors items, float[] gram) {
    this.card = card;
    this.items = items;
    int size = items.factors();
    this.unobserved = new double[size][size];
    for (int f = 0; f < size; f++) {
      for (int g = 0; g < size; g++) {
        unobserved[f][g] = card.unobservedWeight() * gram[f * size + g];
      }
    }
  }

  /// Reads the Gram matrix of a model's items.
  ///
  /// @param file the model's `gram.arrow`
  /// @param factors k
  /// @return k × k values, row by row
  /// @throws MalformedFileException if the file has another shape, or a value is not a number
  public static float[] readGram(ArrowFile file, int factors) throws MalformedFileException {
    file.require(Schemas.gram(factors));
    if (file.rows() != factors) {
      throw file.malformed(file.rows() + " rows, but there are " + factors + " ranking factors");
    }
    float[] gram = new float[factors * factors];
    for (RecordBatch batch : file.batches()) {
      batch
          .floats("gram.item")
          .copyTo(0, gram, (int) batch.firstRow() * factors, batch.rows() * factors);
    }
    for (float value : gram) {
      if (!Float.isFinite(value)) {
        throw file.malformed("a value is not a number");
      }
    }
    return gram;
  }

  /// Returns the vector of a user who chose the given items.
  ///
  /// @param history at least one item
  /// @return as many values as an item has factors
  public float[] foldIn(History history) {
    return new Equations(history).solve();
  }

  /// Returns a user's equations, which express each score as a sum over the items that the user chose.
  ///
  /// @param history at least one item
  public Equations equations(History history) {
    return new Equations(history);
  }

  /// The equations `A x = Σ w q_j` with `A = α₀ G + Σ w q_j q_jᵀ + λ (Σ w + α₀ · items) I`.
  public final class Equations {
    private final int size = items.factors();
    private final double[][] rows;
    private final double[] weights;
    private final NormalEquations normal;

    private Equations(History history) {
      int n = history.size();
      this.rows = new double[n][];
      this.weights = new double[n];
      double sum = 0;
      for (int i = 0; i < n; i++) {
        rows[i] = row(history.items()[i]);
        weights[i] = card.weight(history.ratings()[i]);
        sum += weights[i];
      }
      this.normal = new NormalEquations(unobserved);
      normal.add(rows, weights);
      double penalty = card.regularization() * (sum + card.unobservedWeight() * items.items());
      for (int f = 0; f < size; f++) {
        normal.addToDiagonal(f, Math.max(MIN_PENALTY, penalty));
      }
      normal.decompose();
    }

    private double[] row(int item) {
      float[] vector = items.vector(item);
      double[] row = new double[size];
      for (int f = 0; f < size; f++) {
        row[f] = vector[f];
      }
      return row;
    }

    /// Returns the vector of the user.
    public float[] solve() {
      double[] right = new double[size];
      for (int i = 0; i < rows.length; i++) {
        for (int f = 0; f < size; f++) {
          right[f] += weights[i] * rows[i][f];
        }
      }
      double[] solution = normal.solve(right);
      float[] vector = new float[size];
      for (int f = 0; f < size; f++) {
        vector[f] = (float) solution[f];
      }
      return vector;
    }

    /// Returns how much each chosen item contributes to the score of an item: `w_j · q_iᵀ A⁻¹ q_j`. The
    /// contributions add up to the score (Hu et al., section 5).
    ///
    /// @return one value per item of the history
    public double[] contributions(int item) {
      double[] solved = normal.solve(row(item));
      double[] contributions = new double[rows.length];
      for (int i = 0; i < contributions.length; i++) {
        double similarity = 0;
        for (int f = 0; f < size; f++) {
          similarity += solved[f] * rows[i][f];
        }
        contributions[i] = weights[i] * similarity;
      }
      return contributions;
    }
  }
}
