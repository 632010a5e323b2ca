package com.craftyverse.recsys.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A symmetric positive definite system of equations, `A x = b`, where A is a weighted sum of outer products
/// of rows. Fill it, decompose it once (Cholesky), then solve it for any number of right-hand sides.
///
/// For maintainers. Every row is its own array, and within a loop all arrays have the same index. The
/// compiler vectorizes such loops, but not loops over parts of one long array.
public final class NormalEquations {
  private final int size;

  /// The upper triangle, row by row: A while it is filled, then U with A = UᵀU.
  private final double[][] upper;

  /// Starts with zeros.
  ///
  /// @param size number of equations and unknowns
  public NormalEquations(int size) {
    this.size = size;
    this.upper = new double[size][size];
  }

  /// Starts with a matrix.
  ///
  /// @param matrix size × size, copied; values below the diagonal are ignored
  public NormalEquations(double[][] matrix) {
    this.size = matrix.length;
    this.upper = new double[size][];
    Arrays.setAll(upper, f -> matrix[f].clone());
  }

  /// Adds `Σ weight · row · rowᵀ`, from the first row to the last.
  ///
  /// @param weights one per row; null for weights of 1
  void add(double[][] rows, double @Nullable [] weights) {
    int i = 0;
    for (; i + 4 <= rows.length; i += 4) {
      addFour(rows, weights, i);
    }
    for (; i < rows.length; i++) {
      double[] row = rows[i];
      double weight = weights == null ? 1 : weights[i];
      for (int f = 0; f < size; f++) {
        double value = weight * row[f];
        double[] to = upper[f];
        for (int g = f; g < size; g++) {
          to[g] += value * row[g];
        }
      }
    }
  }

  /// Adds four rows at once, which loads and stores the matrix a quarter as often. The order of additions
  /// stays the same.
  private void addFour(double[][] rows, double @Nullable [] weights, int i) {
    double[] r0 = rows[i];
    double[] r1 = rows[i + 1];
    double[] r2 = rows[i + 2];
    double[] r3 = rows[i + 3];
    for (int f = 0; f < size; f++) {
      double v0 = r0[f];
      double v1 = r1[f];
      double v2 = r2[f];
      double v3 = r3[f];
      if (weights != null) {
        v0 *= weights[i];
        v1 *= weights[i + 1];
        v2 *= weights[i + 2];
        v3 *= weights[i + 3];
      }
      double[] to = upper[f];
      for (int g = f; g < size; g++) {
        to[g] = to[g] + v0 * r0[g] + v1 * r1[g] + v2 * r2[g] + v3 * r3[g];
      }
    }
  }

  /// Adds to an element of the diagonal.
  public void addToDiagonal(int f, double value) {
    upper[f][f] += value;
  }

  /// Decomposes A.
  ///
  /// @throws IllegalStateException if A is not positive definite
  public void decompose() {
    for (int i = 0; i < size; i++) {
      double[] row = upper[i];
      int k = 0;
      for (; k + 4 <= i; k += 4) {
        subtractFour(row, k, i);
      }
      for (; k < i; k++) {
        double[] above = upper[k];
        double value = above[i];
        for (int g = i; g < size; g++) {
          row[g] -= value * above[g];
        }
      }
      double pivot = row[i];
      if (!(pivot > 0 && pivot < Double.POSITIVE_INFINITY)) {
        throw new IllegalStateException("the equations of a fold-in are not positive definite");
      }
      double scale = 1 / Math.sqrt(pivot);
      for (int g = i; g < size; g++) {
        row[g] *= scale;
      }
    }
  }

  private void subtractFour(double[] row, int k, int i) {
    double[] r0 = upper[k];
    double[] r1 = upper[k + 1];
    double[] r2 = upper[k + 2];
    double[] r3 = upper[k + 3];
    double v0 = r0[i];
    double v1 = r1[i];
    double v2 = r2[i];
    double v3 = r3[i];
    for (int g = i; g < size; g++) {
      row[g] = row[g] - v0 * r0[g] - v1 * r1[g] - v2 * r2[g] - v3 * r3[g];
    }
  }

  /// Returns x.
  ///
  /// @param right b; not modified
  double[] solve(double[] right) {
    double[] x = right.clone();
    solve(x, 0);
    return x;
  }

  /// Returns the inverse of A, size × size, symmetric.
  public double[][] inverse() {
    double[][] inverse = new double[size][size];
    for (int f = 0; f < size; f++) {
      inverse[f][f] = 1;
      solve(inverse[f], f);
    }
    return inverse;
  }

  /// Solves in place.
  ///
  /// @param first the index of the first nonzero value of `x`
  private void solve(double[] x, int first) {
    for (int k = first; k < size; k++) {
      double[] row = upper[k];
      double value = x[k] / row[k];
      for (int g = k; g < size; g++) {
        x[g] -= value * row[g];
      }
      x[k] = value;
    }
    for (int k = size - 1; k >= 0; k--) {
      double[] row = upper[k];
      double sum0 = x[k];
      double sum1 = 0;
      double sum2 = 0;
      double sum3 = 0;
      int g = k + 1;
      for (; g + 4 <= size; g += 4) {
        sum0 -= row[g] * x[g];
        sum1 -= row[g + 1] * x[g + 1];
        sum2 -= row[g + 2] * x[g + 2];
        sum3 -= row[g + 3] * x[g + 3];
      }
      for (; g < size; g++) {
        sum0 -= row[g] * x[g];
      }
      x[k] = ((sum0 + sum1) + (sum2 + sum3)) / row[k];
    }
  }
}
