package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.model.NormalEquations;
import java.util.Arrays;

/// A fold-in that is solved again after each new rating. It solves the same ridge equations as the fold-in of
/// serving, for a growing set of ratings:
///
/// ```
/// (XᵀX + (n + c) Λ) w = Xᵀy
/// ```
///
/// For maintainers. Each rating changes the matrix by one outer product and by one Λ. The Sherman–Morrison
/// formula updates the inverse for the outer product, but not for Λ. So the inverse is kept for a fixed
/// multiple m of Λ with (n + c) between m/2 and 2m, and serves as the preconditioner of conjugate gradients
/// on the true equations, starting from the last solution. The condition number is at most 2, so two to four
/// steps suffice. They end when the error of `w` in the norm of the equations is below `tolerance`. The error
/// of a prediction `x·w` is at most that times √(xᵀA⁻¹x), a factor below 1 for items like the rated ones. The
/// inverse is recomputed each time n + c has grown fourfold. The residual of the equations is kept as well: a
/// rating changes it by `x (y − x·w) − Λw`.
///
/// Every row is its own array, padded with a few zeros: the compiler vectorizes loops in which all arrays
/// have the same index.
///
/// Not thread-safe.
final class SequentialFoldIn {
  /// Largest ratio between n + c and the multiple that the inverse is kept for.
  private static final double MAX_RATIO = 2;

  private static final int LANES = 4;

  private final int size;
  private final int padded;
  private final double[] penalties;
  private final double prior;
  private final double tolerance;

  /// XᵀX.
  private final double[][] gram;

  private final double[][] inverse;
  private final double[] rightHandSide;
  private final double[] solution;

  /// Xᵀy − (XᵀX + (n + c) Λ) w of the current solution.
  private final double[] residual;

  private final double[] row;
  private final double[] preconditioned;
  private final double[] direction;
  private final double[] product;
  private int n;
  private double multiple;
  private boolean solved;

  /// @param penalties the diagonal of Λ, all above 0
  /// @param prior c, above 0
  /// @param tolerance in rating units
  SequentialFoldIn(double[] penalties, double prior, double tolerance) {
    this.size = penalties.length;
    this.padded = Math.ceilDiv(size, LANES) * LANES;
    this.penalties = Arrays.copyOf(penalties, padded);
    this.prior = prior;
    this.tolerance = tolerance;
    this.gram = new double[padded][padded];
    this.inverse = new double[padded][padded];
    this.rightHandSide = new double[padded];
    this.solution = new double[padded];
    this.residual = new double[padded];
    this.row = new double[padded];
    this.preconditioned = new double[padded];
    this.direction = new double[padded];
    this.product = new double[padded];
    reset();
  }

  /// Removes all ratings.
  void reset() {
    n = 0;
    for (double[] sums : gram) {
      Arrays.fill(sums, 0);
    }
    Arrays.fill(rightHandSide, 0);
    Arrays.fill(solution, 0);
    Arrays.fill(residual, 0);
    solved = true;
    invert();
  }

  /// Returns the number of ratings so far.
  int size() {
    return n;
  }

  /// Adds many ratings at once, which is cheaper than one by one if no predictions are needed in between.
  ///
  /// @param rows the items' rows of X, concatenated
  /// @param targets the values of y
  void addAll(double[] rows, double[] targets, int count) {
    for (int i = 0; i < count; i++) {
      System.arraycopy(rows, i * size, row, 0, size);
      addToEquations(targets[i]);
    }
    n += count;
    invert();
  }

  /// Adds a rating.
  ///
  /// @param itemRow the item's row of X
  /// @param target its value of y
  void add(double[] itemRow, double target) {
    System.arraycopy(itemRow, 0, row, 0, size);
    double error = target - dot(row, solution);
    for (int f = 0; f < padded; f++) {
      residual[f] += error * row[f] - penalties[f] * solution[f];
    }
    addToEquations(target);
    n++;
    if (n + prior > MAX_RATIO * multiple) {
      invert();
      return;
    }
    multiply(inverse, row, product);
    double scale = -1 / (1 + dot(row, product));
    for (int f = 0; f < size; f++) {
      addScaled(scale * product[f], product, inverse[f]);
    }
  }

  private void addToEquations(double target) {
    for (int f = 0; f < size; f++) {
      addScaled(row[f], row, gram[f]);
    }
    addScaled(target, row, rightHandSide);
    solved = false;
  }

  /// Returns `row · w`; 0 without ratings.
  double predict(double[] itemRow) {
    solve();
    double sum = 0;
    for (int f = 0; f < size; f++) {
      sum += itemRow[f] * solution[f];
    }
    return sum;
  }

  /// Returns w.
  double[] solution() {
    solve();
    return Arrays.copyOf(solution, size);
  }

  /// Runs preconditioned conjugate gradients from the last solution.
  private void solve() {
    if (solved) {
      return;
    }
    solved = true;
    multiply(inverse, residual, preconditioned);
    System.arraycopy(preconditioned, 0, direction, 0, padded);
    double energy = dot(residual, preconditioned);
    // In exact arithmetic, `size` steps reach the solution.
    for (int step = 0; step < 2 * size && energy > tolerance * tolerance; step++) {
      apply(direction, product);
      double length = energy / dot(direction, product);
      addScaled(length, direction, solution);
      addScaled(-length, product, residual);
      multiply(inverse, residual, preconditioned);
      double next = dot(residual, preconditioned);
      double share = next / energy;
      for (int f = 0; f < padded; f++) {
        direction[f] = preconditioned[f] + share * direction[f];
      }
      energy = next;
    }
  }

  /// Computes `out = (XᵀX + (n + c) Λ) x`.
  private void apply(double[] x, double[] out) {
    multiply(gram, x, out);
    double multiplier = n + prior;
    for (int f = 0; f < padded; f++) {
      out[f] += multiplier * penalties[f] * x[f];
    }
  }

  /// Recomputes the residual, and the inverse for the multiple of Λ that stays valid longest.
  private void invert() {
    multiple = MAX_RATIO * (n + prior);
    if (n == 0) {
      for (int f = 0; f < size; f++) {
        Arrays.fill(inverse[f], 0);
        inverse[f][f] = 1 / (multiple * penalties[f]);
      }
      return;
    }
    double[][] shifted = new double[size][];
    for (int f = 0; f < size; f++) {
      shifted[f] = Arrays.copyOf(gram[f], size);
    }
    NormalEquations equations = new NormalEquations(shifted);
    for (int f = 0; f < size; f++) {
      equations.addToDiagonal(f, multiple * penalties[f]);
    }
    equations.decompose();
    double[][] inverted = equations.inverse();
    for (int f = 0; f < size; f++) {
      System.arraycopy(inverted[f], 0, inverse[f], 0, size);
    }
    apply(solution, residual);
    for (int f = 0; f < padded; f++) {
      residual[f] = rightHandSide[f] - residual[f];
    }
  }

  /// Computes `out = matrix · x` for a symmetric matrix, as a sum of its rows.
  private void multiply(double[][] matrix, double[] x, double[] out) {
    Arrays.fill(out, 0);
    for (int f = 0; f < padded; f += LANES) {
      double[] m0 = matrix[f];
      double[] m1 = matrix[f + 1];
      double[] m2 = matrix[f + 2];
      double[] m3 = matrix[f + 3];
      double x0 = x[f];
      double x1 = x[f + 1];
      double x2 = x[f + 2];
      double x3 = x[f + 3];
      for (int g = 0; g < out.length; g++) {
        out[g] += x0 * m0[g] + x1 * m1[g] + x2 * m2[g] + x3 * m3[g];
      }
    }
  }

  private static void addScaled(double scale, double[] from, double[] to) {
    for (int f = 0; f < to.length; f++) {
      to[f] += scale * from[f];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int f = 0; f < a.length; f += LANES) {
      sum0 += a[f] * b[f];
      sum1 += a[f + 1] * b[f + 1];
      sum2 += a[f + 2] * b[f + 2];
      sum3 += a[f + 3] * b[f + 3];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }
}
