package com.craftyverse.recsys.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/// Item factors of the rating model that come from the ranking model, as in the pipeline: what users choose
/// says which items are alike, also where ratings are few. A user's weights of them are a ridge regression of
/// the user's residuals, which needs no shuffle because the user's ratings lie together:
///
/// ```
/// w_u = argmin Σ (r − μ − b_u − b_i − w·c_i)² + λ n_u |w|²
/// ```
///
/// c_i is the projection y of the item's ranking vector to the main axes of the items' Gram matrix, divided by
/// the square root of |y|, in the unit of the root mean square of |y| over the ratings, and times the square
/// root of the ratings' [unit][Index#unit], so that the penalty is the same for all scales.
///
/// @param count number of factors, 0 for none
/// @param items c of all items, one after the other
/// @param regularization λ, in ratings
record ChoiceFactors(int count, float[] items, double regularization) implements Serializable {
  /// More items than these would take too much memory in every task.
  private static final int MAX_ITEMS = 4_000_000;

  /// Items that the driver takes at a time, about.
  private static final int ITEMS_AT_ONCE = 1 << 16;

  private static final double LENGTH = 1.8;
  private static final double MAX_LENGTH = 2;

  /// Computes the factors.
  ///
  /// @param gram the Gram matrix of the items' ranking vectors
  /// @param unit the unit of the penalty, in ratings
  static ChoiceFactors of(
      Index index, Factors ranking, double[] gram, Hyperparameters parameters, double unit) {
    double regularization = parameters.regularization() * unit;
    int size = parameters.rankingFactors();
    int count = Math.min(parameters.choiceFactors(), size);
    int items = index.itemCount();
    if (count == 0 || items > MAX_ITEMS) {
      return new ChoiceFactors(0, new float[0], regularization);
    }
    double[][] axes = axes(gram, size, count);
    Dataset<Row> vectors =
        ranking
            .items()
            .toDF("ranked", "vector")
            .join(index.items(), functions.col("ranked").equalTo(functions.col("index")))
            .select("ranked", "ratings", "vector");
    float[] factors = new float[Math.multiplyExact(items, count)];
    double sum = 0;
    // All rows at once would take some kilobytes an item.
    for (Iterator<Projection> rows = projections(vectors, axes, items); rows.hasNext(); ) {
      Projection row = rows.next();
      System.arraycopy(row.values, 0, factors, row.item * count, count);
      sum += row.ratings * square(factors, row.item * count, count);
    }
    double usual = Math.sqrt(sum / index.rows());
    for (int item = 0; item < items; item++) {
      double length = Math.sqrt(square(factors, item * count, count));
      double scale =
          length > 0 ? Math.min(LENGTH / Math.sqrt(usual * length), MAX_LENGTH / length) : 0;
      for (int f = 0; f < count; f++) {
        factors[item * count + f] *= (float) (Math.sqrt(unit) * scale);
      }
    }
    return new ChoiceFactors(count, factors, regularization);
  }

  /// The projection of an item's ranking vector.
  ///
  /// @param ratings the item's number of ratings
  private record Projection(int item, long ratings, float[] values) implements Serializable {
    static Projection of(Row row, double[][] axes) {
      List<Float> vector = row.getList(2);
      float[] values = new float[axes.length];
      for (int f = 0; f < axes.length; f++) {
        double dot = 0;
        for (int i = 0; i < axes[f].length; i++) {
          dot += axes[f][i] * vector.get(i);
        }
        values[f] = (float) dot;
      }
      return new Projection(row.getInt(0), row.getLong(1), values);
    }
  }

  private static Iterator<Projection> projections(
      Dataset<Row> vectors, double[][] axes, int items) {
    return vectors
        .javaRDD()
        .map(row -> Projection.of(row, axes))
        .repartition(items / ITEMS_AT_ONCE + 1)
        .toLocalIterator();
  }

  private static double square(float[] vectors, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += (double) vectors[i] * vectors[i];
    }
    return sum;
  }

  /// Returns the eigenvectors of the largest eigenvalues, largest first.
  private static double[][] axes(double[] gram, int size, int count) {
    double[][] rows = new double[size][];
    for (int row = 0; row < size; row++) {
      rows[row] = Arrays.copyOfRange(gram, row * size, (row + 1) * size);
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(rows, false));
    double[] values = eigen.getRealEigenvalues();
    return IntStream.range(0, size)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .limit(count)
        .map(i -> eigen.getEigenvector(i).toArray())
        .toArray(double[][]::new);
  }

  /// Returns the factors of an item.
  float[] item(int item) {
    return Arrays.copyOfRange(items, item * count, (item + 1) * count);
  }

  /// Returns a user's weights.
  ///
  /// @param residuals of the user's ratings
  float[] user(UserRatings user, double[] residuals) {
    float[] weights = new float[count];
    if (count == 0) {
      return weights;
    }
    double[][] lower = new double[count][count];
    double[] right = new double[count];
    for (int i = 0; i < user.count(); i++) {
      int at = user.items()[i] * count;
      for (int f = 0; f < count; f++) {
        double value = items[at + f];
        right[f] += value * residuals[i];
        for (int g = 0; g <= f; g++) {
          lower[f][g] += value * items[at + g];
        }
      }
    }
    for (int f = 0; f < count; f++) {
      lower[f][f] += regularization * user.count();
    }
    solve(lower, right);
    for (int f = 0; f < count; f++) {
      weights[f] = (float) right[f];
    }
    return weights;
  }

  /// Solves a positive definite system by Cholesky's decomposition.
  ///
  /// @param matrix the lower triangle; overwritten
  /// @param vector the right side; overwritten by the solution
  static void solve(double[][] matrix, double[] vector) {
    int n = vector.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= matrix[i][k] * matrix[j][k];
        }
        matrix[i][j] = i == j ? Math.sqrt(sum) : sum / matrix[j][j];
      }
    }
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        vector[i] -= matrix[i][k] * vector[k];
      }
      vector[i] /= matrix[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        vector[i] -= matrix[k][i] * vector[k];
      }
      vector[i] /= matrix[i][i];
    }
  }

  /// Subtracts a user's weighted factors from the residuals.
  void subtract(UserRatings user, float[] weights, double[] residuals) {
    for (int i = 0; i < user.count(); i++) {
      int at = user.items()[i] * count;
      for (int f = 0; f < count; f++) {
        residuals[i] -= weights[f] * items[at + f];
      }
    }
  }
}
