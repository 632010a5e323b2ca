package com.craftyverse.recsys.model;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.jspecify.annotations.Nullable;

/// A symmetric positive definite system of equations, `A x = b`, made of weighted squares of rows:
/// filled, then decomposed once (Cholesky), then solved for any number of right sides.
final class NormalEquations {
  private final int size;

  /// Row by row; above the diagonal nothing is kept until it is decomposed.
  private final double[] matrix;

  private final LinearSolverDense<DMatrixRMaj> solver;

  /// @param size equations, and unknowns
  NormalEquations(int size) {
    this(size, new double[size * size]);
  }

  /// @param matrix what A is to begin with, size × size; taken over
  NormalEquations(int size, double[] matrix) {
    this.size = size;
    this.matrix = matrix;
    this.solver = LinearSolverFactory_DDRM.symmPosDef(size);
  }

  /// Adds `Σ weight · row · rowᵀ`, the rows from the first to the last.
  ///
  /// @param weights one for each row; null for weights of 1
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
        int at = f * size;
        for (int g = 0; g <= f; g++) {
          matrix[at + g] += value * row[g];
        }
      }
    }
  }

  /// Four rows at once load and store the matrix a quarter as often, in the same order of additions.
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
      int at = f * size;
      for (int g = 0; g <= f; g++) {
        matrix[at + g] = matrix[at + g] + v0 * r0[g] + v1 * r1[g] + v2 * r2[g] + v3 * r3[g];
      }
    }
  }

  void addToDiagonal(int f, double value) {
    matrix[f * size + f] += value;
  }

  /// Takes what was added as A.
  ///
  /// @throws IllegalStateException when it is not positive definite
  void decompose() {
    for (int f = 0; f < size; f++) {
      for (int g = 0; g < f; g++) {
        matrix[g * size + f] = matrix[f * size + g];
      }
    }
    if (!solver.setA(DMatrixRMaj.wrap(size, size, matrix))) {
      throw new IllegalStateException("the equations of a fold-in are not positive definite");
    }
  }

  /// x.
  ///
  /// @param right b, which stays as it is
  double[] solve(double[] right) {
    DMatrixRMaj solution = new DMatrixRMaj(size, 1);
    solver.solve(DMatrixRMaj.wrap(size, 1, right), solution);
    return solution.getData();
  }
}
