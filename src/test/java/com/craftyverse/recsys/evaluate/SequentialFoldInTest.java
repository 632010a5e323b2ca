package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

class SequentialFoldInTest {
  private static final int SIZE = 13;
  private static final double PRIOR = 10;
  private static final double TOLERANCE = 1e-6;

  private final Random random = new Random(3);
  private final double[] penalties = new double[SIZE];
  private final SequentialFoldIn foldIn;

  SequentialFoldInTest() {
    Arrays.fill(penalties, 0.05);
    penalties[SIZE - 1] = 0.01;
    foldIn = new SequentialFoldIn(penalties, PRIOR, TOLERANCE);
  }

  private double[] row() {
    double[] row = random.doubles(SIZE, -0.7, 0.7).toArray();
    row[SIZE - 1] = 1;
    return row;
  }

  /// Solves the equations directly.
  private double[] solve(double[][] rows, double[] targets, int n) {
    DMatrixRMaj x = new DMatrixRMaj(Arrays.copyOf(rows, n));
    DMatrixRMaj right = new DMatrixRMaj(SIZE, 1);
    CommonOps_DDRM.multTransA(x, new DMatrixRMaj(n, 1, true, Arrays.copyOf(targets, n)), right);
    DMatrixRMaj left = new DMatrixRMaj(SIZE, SIZE);
    CommonOps_DDRM.multInner(x, left);
    for (int f = 0; f < SIZE; f++) {
      left.add(f, f, (n + PRIOR) * penalties[f]);
    }
    DMatrixRMaj solution = new DMatrixRMaj(SIZE, 1);
    assertThat(CommonOps_DDRM.solve(left, right, solution)).isTrue();
    return solution.getData();
  }

  @Test
  void predictions_agreeWithFullSolves_afterEveryRating() {
    double[][] rows = new double[700][];
    double[] targets = new double[rows.length];
    for (int n = 0; n < rows.length; n++) {
      rows[n] = row();
      targets[n] = 2 * random.nextGaussian();
      double[] unknown = row();
      double expected = 0;
      if (n > 0) {
        double[] solution = solve(rows, targets, n);
        for (int f = 0; f < SIZE; f++) {
          expected += unknown[f] * solution[f];
        }
      }
      assertThat(foldIn.predict(unknown)).as("after %d", n).isCloseTo(expected, within(1e-5));
      foldIn.add(rows[n], targets[n]);
    }
    assertThat(foldIn.size()).isEqualTo(700);
  }

  @Test
  void addAll_equalsAddingOneByOne_andResetRemovesAll() {
    for (int round = 0; round < 3; round++) {
      double[][] rows = new double[40][];
      double[] all = new double[rows.length * SIZE];
      double[] targets = random.doubles(rows.length, -2, 2).toArray();
      for (int i = 0; i < rows.length; i++) {
        rows[i] = row();
        System.arraycopy(rows[i], 0, all, i * SIZE, SIZE);
      }
      foldIn.reset();
      assertThat(foldIn.predict(rows[0])).isZero();
      foldIn.addAll(all, targets, rows.length);
      assertThat(foldIn.solution()).containsExactly(solve(rows, targets, 40), within(1e-5));
    }
  }
}
