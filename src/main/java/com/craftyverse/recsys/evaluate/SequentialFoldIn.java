package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.model.NormalEquations;
import java.util.Arrays;

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
/// computed anew each time n + c has grown fourfold. The residual of the equations is kept, too: a rating changes it
/// by `x (y − x·w) − Λw`.
///
/// Rows are arrays of their own, a few zeros longer than the equations: the compiler vectorizes loops in which all
/// arrays have the same index.
///
/// Used by one thread.
final class SequentialFoldIn {
  /// How far n + c may be from the multiple that the inverse is kept for, as a factor.
  private static final double REACH = 2;

  private static final int LANES = 4;

  private final int size;
  private final int padded;
  private final double[] penalties;
  private final double prior;
  private final double tolerance;

  /// XᵀX.
  private final double[][] gram;

  private final double[][] inverse;
  private final double[] right;
  private final double[] solution;

  /// Xᵀy − (XᵀX + (n + c) Λ) w of the solution so far.
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
  /// @param tolerance in units of the ratings
  SequentialFoldIn(double[] penalties, double prior, double tolerance) {
    this.size = penalties.length;
    this.padded = Math.ceilDiv(size, LANES) * LANES;
    this.penalties = Arrays.copyOf(penalties, padded);
    this.prior = prior;
    this.tolerance = tolerance;
    this.gram = new double[padded][padded];
    this.inverse = new double[padded][padded];
    this.right = new double[padded];
    this.solution = new double[padded];
    this.residual = new double[padded];
    this.row = new double[padded];
    this.preconditioned = new double[padded];
    this.direction = new double[padded];
    this.product = new double[padded];
    reset();
  }

  /// Forgets all ratings.
  void reset() {
    n = 0;
    for (double[] sums : gram) {
      Arrays.fill(sums, 0);
    }
    Arrays.fill(right, 0);
    Arrays.fill(solution, 0);
    Arrays.fill(residual, 0);
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
      System.arraycopy(rows, i * size, row, 0, size);
      addToEquations(targets[i]);
    }
    n += count;
    invert();
  }

  /// Adds a rating.
  ///
  /// @param of the item's row of X
  /// @param target its value of y
  void add(double[] of, double target) {
    System.arraycopy(of, 0, row, 0, size);
    double error = target - dot(row, solution);
    for (int f = 0; f < padded; f++) {
      residual[f] += error * row[f] - penalties[f] * solution[f];
    }
    addToEquations(target);
    n++;
    if (n + prior > REACH * multiple) {
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
    addScaled(target, row, right);
    solved = false;
  }

  /// `row · w`; 0 without ratings.
  double predict(double[] of) {
    solve();
    double sum = 0;
    for (int f = 0; f < size; f++) {
      sum += of[f] * solution[f];
    }
    return sum;
  }

  /// w.
  double[] solution() {
    solve();
    return Arrays.copyOf(solution, size);
  }

  /// Preconditioned conjugate gradients from the last solution.
  private void solve() {
    if (solved) {
      return;
    }
    solved = true;
    multiply(inverse, residual, preconditioned);
    System.arraycopy(preconditioned, 0, direction, 0, padded);
    double energy = dot(residual, preconditioned);
    // In exact arithmetic `size` steps reach the solution.
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

  /// `out = (XᵀX + (n + c) Λ) x`.
  private void apply(double[] x, double[] out) {
    multiply(gram, x, out);
    double times = n + prior;
    for (int f = 0; f < padded; f++) {
      out[f] += times * penalties[f] * x[f];
    }
  }

  /// Computes the inverse anew, for the multiple of Λ that is farthest from being outgrown, and the residual.
  private void invert() {
    multiple = REACH * (n + prior);
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
      residual[f] = right[f] - residual[f];
    }
  }

  /// `out = matrix · x` of a symmetric matrix, as a sum of its rows.
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
