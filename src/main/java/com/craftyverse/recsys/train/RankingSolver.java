package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;

/// The solver behind an epoch of the ranking model: solves each user's vector with the items fixed, then each
/// item's vector with the users fixed (alternating least squares; Hu, Koren & Volinsky 2008, with the
/// regularization of Rendle et al. 2022).
///
/// ```
/// Σ w(1 − p·q)² over choices + α₀ Σ (p·q)² over all pairs
///   + λ Σ (Σw + α₀·items)|p|² over users + λ Σ (Σw + α₀·users)|q|² over items
/// ```
///
/// For maintainers. Let X be the fixed side. The sum over all pairs is α₀XᵀX, the same
/// matrix for each row. Both sides are first rotated into its eigenbasis, where
/// it is diagonal, so it costs a row k multiplications instead of k². In that basis, one or two
/// conjugate gradient steps solve a row, starting from its current value and preconditioned by
///
/// ```
/// D + Σw·h,   D = α₀·eigenvalues + λ(Σw + α₀·n),   h = mean square of X's columns, by popularity
/// ```
///
/// The last step needs only `p·A·p = Σ w(f·p)² + p·D·p`, which is dot products. The decrease of the
/// objective per step is known as well, so an epoch's objective costs nothing.
///
/// *Determinism.* The solution of a row depends only on that row and the fixed side. Gram
/// matrices are summed in float over blocks of 1,024 rows, the blocks in double in groups of four, and
/// the groups in order.
///
/// *Memory.* The users' matrix is larger than the caches. The item half therefore processes it
/// in blocks that fit, and keeps the items' partial sums in a separate matrix between blocks.
final class RankingSolver {
  private static final int GRAM_ROWS = 1_024;
  private static final int GRAM_GROUP = 4 * GRAM_ROWS;

  /// Approximate number of chunks of rows, each of which one task solves.
  private static final int CHUNKS = 2_000;

  /// A normal step length is about 1. A length beyond this one comes from numbers too small to divide.
  private static final double MAX_STEP = 1e6;

  /// Fixed cost of a row, in choices.
  private static final int ROW_COST = 48;

  /// Block size of the users' matrix in the item half, in floats: 8 MB.
  private static final int DEFAULT_BLOCK_FLOATS = 1 << 21;

  private final Choices choices;
  private final int factors;
  private final int stride;
  private final int steps;
  private final int blockFloats;
  private final Kernel kernel;
  private final WorkerPool workers;
  private final ThreadBuffers[] rooms;
  private final int[] userChunks;
  private final int[] itemChunks;
  private double alpha0;
  private double lambda;

  /// The buffers of a thread.
  private final class ThreadBuffers {
    final Scratch scratch = new Scratch(stride);
    final float[] dots = new float[Kernel.BLOCK_ROWS];
    final float[] products = new float[Kernel.BLOCK_ROWS];
    final float[] diagonal = new float[stride];
    final float[] residual = new float[stride];
    final float[] direction = new float[stride];
    final float[] image = new float[stride];
    final float[] product = new float[stride];
    final float[] gram = new float[stride * stride];
    final float[] copy = new float[Kernel.BLOCK_ROWS * stride];
  }

  /// @param factors k, the length of the vectors
  /// @param steps conjugate gradient steps per row, at least 1
  RankingSolver(Choices choices, int factors, int steps, Kernel kernel, WorkerPool workers) {
    this(choices, factors, steps, kernel, workers, DEFAULT_BLOCK_FLOATS);
  }

  /// @param blockFloats block size of the users' matrix in the item half, in floats
  RankingSolver(
      Choices choices, int factors, int steps, Kernel kernel, WorkerPool workers, int blockFloats) {
    this.choices = choices;
    this.factors = factors;
    this.stride = RowLayout.padded(factors);
    this.steps = steps;
    this.blockFloats = blockFloats;
    this.kernel = kernel;
    this.workers = workers;
    this.rooms = new ThreadBuffers[workers.threads()];
    for (int i = 0; i < rooms.length; i++) {
      rooms[i] = new ThreadBuffers();
    }
    this.userChunks = chunks(choices.byUser());
    this.itemChunks = chunks(choices.byItem());
  }

  /// Returns the bounds of chunks of about equal cost.
  private static int[] chunks(Choices.Rows rows) {
    long all = rows.index().length + (long) rows.rows() * ROW_COST;
    long each = Math.max(1, all / CHUNKS);
    int[] bounds = new int[rows.rows() + 1];
    int count = 0;
    long cost = 0;
    for (int row = 0; row < rows.rows(); row++) {
      cost += rows.count(row) + ROW_COST;
      if (cost >= each) {
        bounds[++count] = row + 1;
        cost = 0;
      }
    }
    if (bounds[count] < rows.rows()) {
      bounds[++count] = rows.rows();
    }
    return Arrays.copyOf(bounds, count + 1);
  }

  /// Solves all users, then all items.
  ///
  /// @param vectors changed in place, also to another basis
  /// @return the objective
  double epoch(RankingFactors vectors, double regularization, double unobservedWeight)
      throws IOException {
    this.lambda = regularization;
    this.alpha0 = unobservedWeight;
    float[] users = vectors.users();
    float[] items = vectors.items();
    Half half = new Half(choices.byUser(), userChunks, users, items, choices.byItem());
    half.rotate();
    half.solve();
    double penalty = half.penalty();
    half = new Half(choices.byItem(), itemChunks, items, users, choices.byUser());
    half.rotate();
    return penalty
        + ((long) choices.byUser().rows() * stride > blockFloats
            ? half.solveByBlocks()
            : half.solve());
  }

  /// Returns the Gram matrix of rows, `factors` × `factors`.
  double[] gram(float[] rows, int count) throws IOException {
    int groups = Math.ceilDiv(count, GRAM_GROUP);
    double[][] sums = new double[groups][];
    workers.run(
        groups,
        (group, worker) -> {
          double[] sum = new double[factors * factors];
          int end = Math.min(count, (group + 1) * GRAM_GROUP);
          for (int row = group * GRAM_GROUP; row < end; row += GRAM_ROWS) {
            float[] gram = rooms[worker].gram;
            kernel.gram(rows, stride, row, Math.min(GRAM_ROWS, end - row), gram);
            for (int i = 0; i < factors; i++) {
              for (int j = i; j < factors; j++) {
                sum[i * factors + j] += gram[i * stride + j];
              }
            }
          }
          sums[group] = sum;
        });
    double[] gram = new double[factors * factors];
    for (double[] sum : sums) {
      for (int i = 0; i < gram.length; i++) {
        gram[i] += sum[i];
      }
    }
    for (int i = 0; i < factors; i++) {
      for (int j = 0; j < i; j++) {
        gram[i * factors + j] = gram[j * factors + i];
      }
    }
    return gram;
  }

  /// One half of an epoch: solves one side with the other fixed.
  private final class Half {
    private final Choices.Rows rows;
    private final int[] chunks;
    private final float[] solved;
    private final float[] fixed;
    private final Choices.Rows others;

    /// α₀ times the eigenvalues of the fixed side's Gram matrix.
    private final float[] base = new float[stride];

    /// The mean square of the fixed side's columns, by popularity.
    private final float[] spread = new float[stride];

    private final double[] objectives;

    Half(Choices.Rows rows, int[] chunks, float[] solved, float[] fixed, Choices.Rows others) {
      this.rows = rows;
      this.chunks = chunks;
      this.solved = solved;
      this.fixed = fixed;
      this.others = others;
      this.objectives = new double[rows.rows()];
    }

    /// Rotates both sides into the eigenbasis of the fixed side's Gram matrix.
    void rotate() throws IOException {
      Eigenbasis basis = Eigenbasis.of(gram(fixed, others.rows()), factors, stride);
      for (int i = 0; i < factors; i++) {
        base[i] = (float) (alpha0 * basis.values()[i]);
      }
      rotate(solved, rows.rows(), basis.vectors());
      rotate(fixed, others.rows(), basis.vectors());
      measureSpread();
    }

    private void rotate(float[] matrix, int count, float[] vectors) throws IOException {
      workers.run(
          Math.ceilDiv(count, GRAM_ROWS),
          (piece, worker) -> {
            int end = Math.min(count, (piece + 1) * GRAM_ROWS);
            for (int row = piece * GRAM_ROWS; row < end; row += Kernel.BLOCK_ROWS) {
              int length = Math.min(Kernel.BLOCK_ROWS, end - row);
              kernel.multiply(matrix, stride, row, length, vectors, rooms[worker].copy);
            }
          });
    }

    private void measureSpread() throws IOException {
      int count = others.rows();
      float[][] sums = new float[Math.ceilDiv(count, GRAM_ROWS)][];
      workers.run(
          sums.length,
          (piece, worker) -> {
            float[] sum = new float[stride];
            int end = Math.min(count, (piece + 1) * GRAM_ROWS);
            for (int row = piece * GRAM_ROWS; row < end; row++) {
              addSquares(sum, row * stride, others.count(row));
            }
            sums[piece] = sum;
          });
      double[] total = new double[stride];
      for (float[] sum : sums) {
        for (int i = 0; i < stride; i++) {
          total[i] += sum[i];
        }
      }
      for (int i = 0; i < stride; i++) {
        spread[i] = (float) (total[i] / Math.max(1, others.index().length));
      }
    }

    private void addSquares(float[] sum, int at, float times) {
      for (int i = 0; i < stride; i++) {
        float value = fixed[at + i];
        sum[i] += times * (value * value);
      }
    }

    /// Solves row by row.
    ///
    /// @return the objective without the fixed side's penalty
    double solve() throws IOException {
      workers.run(
          chunks.length - 1,
          (chunk, worker) -> {
            workers.checkStopped();
            for (int row = chunks[chunk]; row < chunks[chunk + 1]; row++) {
              objectives[row] = solve(row, rooms[worker]);
            }
          });
      return sum(objectives);
    }

    private double solve(int row, ThreadBuffers buffers) {
      int from = rows.start()[row];
      int to = rows.start()[row + 1];
      int at = row * stride;
      if (from == to) {
        Arrays.fill(solved, at, at + stride, 0);
        return 0;
      }
      float[] residual = buffers.residual;
      float[] direction = buffers.direction;
      double objective = begin(row, residual, 0, buffers);
      objective += addResidual(row, from, to, residual, 0, buffers);
      double slope = firstDirection(row, residual, direction, 0, buffers);
      for (int step = 1; slope > 0; step++) {
        boolean last = step == steps;
        double curvature = beginImage(direction, 0, buffers.image, last ? -1 : 0, buffers);
        curvature += addImage(from, to, direction, buffers.image, 0, last, buffers);
        double length =
            slope / (last ? curvature : curvature(direction, 0, buffers.image, 0, buffers));
        if (!(length < MAX_STEP)) {
          break;
        }
        move(row, length, direction, 0);
        objective -= length * slope;
        if (last) {
          break;
        }
        subtractImage(length, residual, buffers.image, 0);
        slope = nextDirection(row, slope, residual, direction, buffers.image, 0, buffers);
      }
      return objective;
    }

    /// Solves all rows together, by blocks of the fixed side.
    ///
    /// @return the objective without the fixed side's penalty
    double solveByBlocks() throws IOException {
      int count = rows.rows();
      int blockRows = Math.max(1, blockFloats / stride);
      int blocks = Math.ceilDiv(others.rows(), blockRows);
      int[] cuts = cuts(blockRows, blocks);
      float[] residuals = new float[count * stride];
      float[] directions = new float[count * stride];
      float[] images = steps == 1 ? new float[0] : new float[count * stride];
      double[] slopes = new double[count];
      double[] curvatures = new double[count];
      eachRow(
          (row, buffers) -> {
            if (rows.count(row) == 0) {
              Arrays.fill(solved, row * stride, (row + 1) * stride, 0);
            }
            objectives[row] = begin(row, residuals, row * stride, buffers);
          });
      for (int block = 0; block < blocks; block++) {
        int cut = block * count;
        eachRow(
            (row, buffers) -> {
              int from = cuts[cut + row];
              int to = cuts[cut + count + row];
              if (from < to) {
                objectives[row] += addResidual(row, from, to, residuals, row * stride, buffers);
              }
            });
      }
      eachRow(
          (row, buffers) ->
              slopes[row] = firstDirection(row, residuals, directions, row * stride, buffers));
      for (int step = 1; step <= steps; step++) {
        boolean last = step == steps;
        eachRow(
            (row, buffers) -> {
              begin(row, buffers);
              curvatures[row] =
                  beginImage(directions, row * stride, images, last ? -1 : row * stride, buffers);
            });
        for (int block = 0; block < blocks; block++) {
          int cut = block * count;
          eachRow(
              (row, buffers) -> {
                int from = cuts[cut + row];
                int to = cuts[cut + count + row];
                if (from < to) {
                  curvatures[row] +=
                      addImage(from, to, directions, images, row * stride, last, buffers);
                }
              });
        }
        eachRow(
            (row, buffers) -> {
              int at = row * stride;
              double slope = slopes[row];
              if (slope > 0) {
                double curvature =
                    last ? curvatures[row] : curvature(directions, at, images, at, buffers);
                double length = slope / curvature;
                if (!(length < MAX_STEP)) {
                  slopes[row] = 0;
                  return;
                }
                move(row, length, directions, at);
                objectives[row] -= length * slope;
                if (!last) {
                  begin(row, buffers);
                  subtractImage(length, residuals, images, at);
                  slopes[row] =
                      nextDirection(row, slope, residuals, directions, images, at, buffers);
                }
              }
            });
      }
      return sum(objectives);
    }

    /// Returns where each row's choices of each block begin, block by block, followed by the ends of the
    /// rows.
    private int[] cuts(int blockRows, int blocks) throws IOException {
      int count = rows.rows();
      int[] cuts = new int[Math.multiplyExact(blocks + 1, count)];
      eachRow(
          (row, buffers) -> {
            int end = rows.start()[row + 1];
            int at = rows.start()[row];
            for (int block = 0; block < blocks; block++) {
              cuts[block * count + row] = at;
              int found = Arrays.binarySearch(rows.index(), at, end, (block + 1) * blockRows);
              at = found < 0 ? -found - 1 : found;
            }
            cuts[blocks * count + row] = end;
          });
      return cuts;
    }

    @FunctionalInterface
    private interface RowTask {
      void run(int row, ThreadBuffers buffers);
    }

    private void eachRow(RowTask task) throws IOException {
      workers.run(
          chunks.length - 1,
          (chunk, worker) -> {
            workers.checkStopped();
            for (int row = chunks[chunk]; row < chunks[chunk + 1]; row++) {
              task.run(row, rooms[worker]);
            }
          });
    }

    /// Computes the row's D into `buffers.diagonal`.
    private void begin(int row, ThreadBuffers buffers) {
      float[] diagonal = buffers.diagonal;
      float shift = (float) (lambda * (rows.weights()[row] + alpha0 * others.rows()));
      for (int i = 0; i < stride; i++) {
        diagonal[i] = base[i] + shift;
      }
    }

    /// Initializes the residual with −D·x.
    ///
    /// @return x·D·x
    private double begin(int row, float[] residuals, int at, ThreadBuffers buffers) {
      begin(row, buffers);
      float[] diagonal = buffers.diagonal;
      int solvedAt = row * stride;
      for (int i = 0; i < stride; i++) {
        residuals[at + i] = -diagonal[i] * solved[solvedAt + i];
      }
      return -kernel.dot(buffers.scratch, residuals, at, solved, solvedAt, stride);
    }

    /// Adds Σ w(1 − f·x)f over a row's choices.
    ///
    /// @return Σ w(1 − f·x)²
    private double addResidual(
        int row, int from, int to, float[] residuals, int at, ThreadBuffers buffers) {
      float[] errors = buffers.dots;
      float[] products = buffers.products;
      byte[] level = rows.level();
      float[] levels = rows.levels();
      double squares = 0;
      for (int piece = from; piece < to; piece += Kernel.BLOCK_ROWS) {
        int count = Math.min(Kernel.BLOCK_ROWS, to - piece);
        kernel.dots(
            buffers.scratch,
            solved,
            row * stride,
            fixed,
            stride,
            rows.index(),
            piece,
            count,
            errors);
        for (int j = 0; j < count; j++) {
          errors[j] = 1 - errors[j];
          products[j] = levels[level[piece + j] & 0xFF] * errors[j];
        }
        squares += sumOfProducts(products, errors, count);
        kernel.addRows(products, fixed, stride, rows.index(), piece, count, residuals, at);
      }
      return squares;
    }

    /// Computes the first direction from the residual.
    ///
    /// @return residual · direction
    private double firstDirection(
        int row, float[] residuals, float[] directions, int at, ThreadBuffers buffers) {
      begin(row, buffers);
      precondition(row, residuals, directions, at, buffers);
      return kernel.dot(buffers.scratch, residuals, at, directions, at, stride);
    }

    private void precondition(
        int row, float[] residuals, float[] out, int at, ThreadBuffers buffers) {
      float[] diagonal = buffers.diagonal;
      float weights = rows.weights()[row];
      for (int i = 0; i < stride; i++) {
        out[at + i] = residuals[at + i] / (diagonal[i] + weights * spread[i]);
      }
    }

    /// Initializes A·direction with D·direction.
    ///
    /// @param imageAt where to write it; −1 to skip it
    /// @return direction·D·direction
    private double beginImage(
        float[] directions, int at, float[] images, int imageAt, ThreadBuffers buffers) {
      float[] diagonal = buffers.diagonal;
      float[] product = buffers.product;
      for (int i = 0; i < stride; i++) {
        product[i] = diagonal[i] * directions[at + i];
      }
      if (imageAt >= 0) {
        System.arraycopy(product, 0, images, imageAt, stride);
      }
      return kernel.dot(buffers.scratch, product, 0, directions, at, stride);
    }

    /// Adds Σ w(f·direction)f over choices, except in the last step, which does not need it.
    ///
    /// @return Σ w(f·direction)²
    private double addImage(
        int from,
        int to,
        float[] directions,
        float[] images,
        int at,
        boolean last,
        ThreadBuffers buffers) {
      float[] dots = buffers.dots;
      float[] products = buffers.products;
      byte[] level = rows.level();
      float[] levels = rows.levels();
      double squares = 0;
      for (int piece = from; piece < to; piece += Kernel.BLOCK_ROWS) {
        int count = Math.min(Kernel.BLOCK_ROWS, to - piece);
        kernel.dots(
            buffers.scratch, directions, at, fixed, stride, rows.index(), piece, count, dots);
        for (int j = 0; j < count; j++) {
          products[j] = levels[level[piece + j] & 0xFF] * dots[j];
        }
        squares += sumOfProducts(products, dots, count);
        if (!last) {
          kernel.addRows(products, fixed, stride, rows.index(), piece, count, images, at);
        }
      }
      return squares;
    }

    private double curvature(
        float[] directions, int at, float[] images, int imageAt, ThreadBuffers buffers) {
      return kernel.dot(buffers.scratch, images, imageAt, directions, at, stride);
    }

    private void move(int row, double length, float[] directions, int at) {
      float by = (float) length;
      int solvedAt = row * stride;
      for (int i = 0; i < stride; i++) {
        solved[solvedAt + i] += by * directions[at + i];
      }
    }

    /// Subtracts the image of a step from the residual.
    private void subtractImage(double length, float[] residuals, float[] images, int at) {
      float by = (float) length;
      for (int i = 0; i < stride; i++) {
        residuals[at + i] -= by * images[at + i];
      }
    }

    /// Computes the next direction, conjugate to the last.
    ///
    /// @return residual · preconditioned residual
    private double nextDirection(
        int row,
        double slope,
        float[] residuals,
        float[] directions,
        float[] images,
        int at,
        ThreadBuffers buffers) {
      // The image is no longer needed; its buffer takes the preconditioned residual.
      precondition(row, residuals, images, at, buffers);
      double next = kernel.dot(buffers.scratch, residuals, at, images, at, stride);
      float kept = (float) (next / slope);
      for (int i = 0; i < stride; i++) {
        directions[at + i] = images[at + i] + kept * directions[at + i];
      }
      return next;
    }

    /// Returns the penalty of the solved rows.
    double penalty() throws IOException {
      eachRow(
          (row, buffers) -> {
            double square =
                kernel.dot(buffers.scratch, solved, row * stride, solved, row * stride, stride);
            objectives[row] = lambda * (rows.weights()[row] + alpha0 * others.rows()) * square;
          });
      return sum(objectives);
    }
  }

  /// Returns Σ ab, in four parallel sums.
  private static double sumOfProducts(float[] a, float[] b, int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int j = 0;
    for (; j + 4 <= count; j += 4) {
      sum0 += (double) a[j] * b[j];
      sum1 += (double) a[j + 1] * b[j + 1];
      sum2 += (double) a[j + 2] * b[j + 2];
      sum3 += (double) a[j + 3] * b[j + 3];
    }
    for (; j < count; j++) {
      sum0 += (double) a[j] * b[j];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
