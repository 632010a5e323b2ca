package com.craftyverse.recsys.evaluate;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/// Folds a user in again after each new rating: the solution `w` of the same ridge equations as the served
/// fold-in, for a growing set of ratings.
///
/// ```
/// (XᵀX + (n + c) Λ) w = Xᵀy
/// ```
///
/// For maintainers. A rating changes the matrix by one outer product, which the inverse follows by the
/// Sherman–Morrison formula, and by one Λ, which it does not follow. So the inverse is kept for a fixed
/// multiple m of Λ with (n + c) between m/2 and 2m, and serves as the preconditioner of conjugate gradients
/// on the true equations, which start from the last solution: the condition number is 2 at most, and two to four
/// steps do. They end when the error of `w` in the norm of the equations is below `tolerance`. A prediction `x·w`
/// errs by at most that times √(xᵀA⁻¹x), and that factor is below 1 for items like those rated. The inverse is
/// computed anew each time n + c has grown fourfold.
///
/// Used by one thread.
final class SequentialFoldIn {
  /// How far n + c may be from the multiple that the inverse is kept for, as a factor.
  private static final double REACH = 2;

  private final int size;
  private final double[] penalties;
  private final double prior;
  private final double tolerance;
  private final LinearSolverDense<DMatrixRMaj> solver;

  private final double[] gram;
  private final double[] inverse;
  private final double[] right;
  private final double[] solution;
  private final double[] residual;
  private final double[] preconditioned;
  private final double[] direction;
  private final double[] product;
  private int n;
  private double multiple;
  private boolean solved;

  /// @param penalties the diagonal of Λ, all above 0
  /// @param prior c, above 0
  /// @param tolerance in units of the ratings
  SequentialFoldIn(double[] penalties, double prior, double tolerance) {
    this.size = penalties.length;
    this.penalties = penalties.clone();
    this.prior = prior;
    this.tolerance = tolerance;
    this.solver = LinearSolverFactory_DDRM.symmPosDef(size);
    this.gram = new double[size * size];
    this.inverse = new double[size * size];
    this.right = new double[size];
    this.solution = new double[size];
    this.residual = new double[size];
    this.preconditioned = new double[size];
    this.direction = new double[size];
    this.product = new double[size];
    reset();
  }

  /// Forgets all ratings.
  void reset() {
    n = 0;
    Arrays.fill(gram, 0);
    Arrays.fill(right, 0);
    Arrays.fill(solution, 0);
    solved = true;
    invert();
  }

  /// Ratings so far.
  int size() {
    return n;
  }

  /// Adds many ratings at once; cheaper than one by one where nothing is predicted in between.
  ///
  /// @param rows the items' rows of X, one after the other
  /// @param targets the values of y
  void addAll(double[] rows, double[] targets, int count) {
    for (int i = 0; i < count; i++) {
      addToEquations(rows, i * size, targets[i]);
    }
    n += count;
    invert();
  }

  /// Adds a rating.
  ///
  /// @param row the item's row of X
  /// @param target its value of y
  void add(double[] row, double target) {
    addToEquations(row, 0, target);
    n++;
    if (n + prior > REACH * multiple) {
      invert();
      return;
    }
    multiply(inverse, row, product);
    double scale = -1 / (1 + dot(row, product));
    for (int f = 0; f < size; f++) {
      addScaled(scale * product[f], product, 0, inverse, f * size);
    }
  }

  private void addToEquations(double[] rows, int at, double target) {
    for (int f = 0; f < size; f++) {
      addScaled(rows[at + f], rows, at, gram, f * size);
    }
    addScaled(target, rows, at, right, 0);
    solved = false;
  }

  /// `row · w`; 0 without ratings.
  double predict(double[] row) {
    return dot(row, solution());
  }

  /// w, which the next call of another method changes.
  double[] solution() {
    if (!solved) {
      solve();
      solved = true;
    }
    return solution;
  }

  /// Preconditioned conjugate gradients from the last solution.
  private void solve() {
    apply(solution, residual);
    for (int f = 0; f < size; f++) {
      residual[f] = right[f] - residual[f];
    }
    multiply(inverse, residual, preconditioned);
    System.arraycopy(preconditioned, 0, direction, 0, size);
    double energy = dot(residual, preconditioned);
    // In exact arithmetic `size` steps reach the solution.
    for (int step = 0; step < 2 * size && energy > tolerance * tolerance; step++) {
      apply(direction, product);
      double length = energy / dot(direction, product);
      addScaled(length, direction, 0, solution, 0);
      addScaled(-length, product, 0, residual, 0);
      multiply(inverse, residual, preconditioned);
      double next = dot(residual, preconditioned);
      double share = next / energy;
      for (int f = 0; f < size; f++) {
        direction[f] = preconditioned[f] + share * direction[f];
      }
      energy = next;
    }
  }

  /// `out = (XᵀX + (n + c) Λ) x`.
  private void apply(double[] x, double[] out) {
    multiply(gram, x, out);
    for (int f = 0; f < size; f++) {
      out[f] += (n + prior) * penalties[f] * x[f];
    }
  }

  /// Computes the inverse anew, for the multiple of Λ that is farthest from being outgrown.
  private void invert() {
    multiple = REACH * (n + prior);
    Arrays.fill(inverse, 0);
    if (n == 0) {
      for (int f = 0; f < size; f++) {
        inverse[f * size + f] = 1 / (multiple * penalties[f]);
      }
      return;
    }
    double[] shifted = gram.clone();
    for (int f = 0; f < size; f++) {
      shifted[f * size + f] += multiple * penalties[f];
    }
    if (!solver.setA(DMatrixRMaj.wrap(size, size, shifted))) {
      throw new IllegalStateException("the equations of a fold-in are not positive definite");
    }
    solver.invert(DMatrixRMaj.wrap(size, size, inverse));
  }

  /// `out = matrix · x` of a symmetric matrix, as a sum of its rows: loops that the compiler vectorizes.
  private void multiply(double[] matrix, double[] x, double[] out) {
    Arrays.fill(out, 0);
    for (int f = 0; f < size; f++) {
      addScaled(x[f], matrix, f * size, out, 0);
    }
  }

  private void addScaled(double scale, double[] from, int fromAt, double[] to, int toAt) {
    for (int f = 0; f < size; f++) {
      to[toAt + f] = Math.fma(scale, from[fromAt + f], to[toAt + f]);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int f = 0; f < a.length; f++) {
      sum += a[f] * b[f];
    }
    return sum;
  }
}
